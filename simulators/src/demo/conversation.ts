/** The demo's short conversation: what two people say, and what must come back for the demo to be true. */

export interface Line {
  says: string;
  /** What this shows, in a few words. */
  shows: string;
  /** The answer must match. */
  expects: RegExp;
}

export interface Talk {
  chatId: number;
  person: string;
  lines: readonly Line[];
}

export const talks: readonly Talk[] = [
  {
    chatId: 1001,
    person: "Ada",
    lines: [
      { says: "echo Good morning, Ada.", shows: "a plain answer", expects: /^Good morning, Ada\.$/ },
      {
        says: "bash: uname -s; echo six times seven is $((6 * 7))",
        shows: "a tool call in the sandbox",
        expects: /six times seven is 42/,
      },
      { says: "what did I say first?", shows: "the session remembers", expects: /Good morning, Ada/ },
    ],
  },
  {
    chatId: 1002,
    person: "Grace",
    lines: [
      {
        says: "write notes/plan.md: # Plan\\n\\n- measure\\n- then cut",
        shows: "a file in the group's workspace",
        expects: /plan\.md/,
      },
    ],
  },
];

/** What the page must show of Grace's file. */
export const file = { chatId: 1002, path: "notes/plan.md", contains: "then cut" };
