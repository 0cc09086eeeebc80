// The commands that the default script understands in a person's text, and how a text falls into them.

export type Command =
  | { readonly type: "echo"; readonly text: string }
  | { readonly type: "bash"; readonly command: string }
  | { readonly type: "write"; readonly file: string; readonly content: string }
  | { readonly type: "remember"; readonly text: string }
  | { readonly type: "recall"; readonly which: "first" | "remembered" }
  | { readonly type: "slow"; readonly overMs: number; readonly text: string }
  | { readonly type: "long"; readonly words: number }
  | { readonly type: "tools"; readonly count: number }
  | { readonly type: "tool"; readonly name: string; readonly input: unknown }
  | { readonly type: "fail"; readonly status: number }
  | { readonly type: "talk"; readonly text: string };

/**
 * Splits one text into commands: a line that begins with a command starts one, the lines after it belong to it, and
 * an empty line ends it. So several messages that were joined line by line are each answered.
 */
export function readCommands(text: string): Command[] {
  const commands: Command[] = [];
  for (const paragraph of withoutQuotes(text).split(/\n[ \t]*\n/)) {
    let lines: string[] = [];
    const flush = (): void => {
      const part = lines.join("\n").trim();
      if (part !== "") commands.push(readCommand(part));
      lines = [];
    };
    for (const line of paragraph.split("\n")) {
      if (/^\s*<\/?[a-z][^>]*>\s*$/i.test(line)) continue;
      const bare = withoutEnvelope(line);
      if (readCommand(bare).type !== "talk") flush();
      lines.push(bare);
    }
    flush();
  }
  const talk = commands.filter((command) => command.type === "talk");
  // A text without any command is one thing said, however many paragraphs it has.
  if (talk.length === commands.length && talk.length > 1) {
    return [{ type: "talk", text: talk.map((command) => command.text).join("\n\n") }];
  }
  return commands;
}

/** What members of a swarm tell each other is quoted. */
function withoutQuotes(text: string): string {
  const quoted = /^(?:\[From \S+ to [^\]]*\]\n|## The result of \S+\n\n)(?:>.*(?:\n|$))+/gm;
  return text.replace(quoted, (whole) => whole.replace(/^> ?/gm, ""));
}

/** Takes off the tags, brackets, mentions and the sender's name that a channel may put around a command. */
function withoutEnvelope(line: string): string {
  const bare = line
    .replace(/^\s*(?:<\/?[a-z][^>]*>\s*|\[[^\]]*\]\s*|@\w+[,:]?\s+)*/i, "")
    .replace(/\s*<\/[a-z][^>]*>\s*$/i, "");
  if (readCommand(bare).type !== "talk") return bare;
  const unnamed = bare.replace(/^[\p{L}\p{N}_. ]{1,40}: /u, "");
  return readCommand(unnamed).type === "talk" ? line : unnamed;
}

const patterns: readonly (readonly [RegExp, (match: RegExpExecArray) => Command | undefined])[] = [
  [/^echo\s+([\s\S]+)$/i, ([, text = ""]) => ({ type: "echo", text })],
  [/^bash:\s*([\s\S]+)$/i, ([, command = ""]) => ({ type: "bash", command })],
  [
    /^write\s+([^\s:]+):\s?([\s\S]*)$/i,
    ([, file = "", content = ""]) => ({ type: "write", file, content: content.replaceAll("\\n", "\n") }),
  ],
  [/^remember\s+(?:that\s+)?([\s\S]+)$/i, ([, text = ""]) => ({ type: "remember", text })],
  [/^what did I say first\b/i, () => ({ type: "recall", which: "first" })],
  [/^what (?:do you remember|did I ask you to remember)\b/i, () => ({ type: "recall", which: "remembered" })],
  [/^slow\s+(\d+):\s*([\s\S]+)$/i, ([, ms, text = ""]) => ({ type: "slow", overMs: Number(ms), text })],
  [/^long\s+(\d+)$/i, ([, words]) => ({ type: "long", words: Number(words) })],
  [/^tools\s+(\d+)$/i, ([, count]) => ({ type: "tools", count: Number(count) })],
  [/^tool\s+(\S+)(?:\s+([\s\S]+))?$/i, ([, name = "", json]) => toolCommand(name, json)],
  [/^fail(?:\s+(\d{3}))?$/i, ([, status]) => ({ type: "fail", status: Number(status ?? 400) })],
];

function readCommand(text: string): Command {
  for (const [pattern, read] of patterns) {
    const match = pattern.exec(text);
    const command = match && read(match);
    if (command) return command;
  }
  return { type: "talk", text };
}

function toolCommand(name: string, json: string | undefined): Command | undefined {
  if (json === undefined) return { type: "tool", name, input: {} };
  try {
    return { type: "tool", name, input: JSON.parse(json) as unknown };
  } catch {
    return undefined;
  }
}
