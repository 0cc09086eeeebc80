/** The bot's commands: what its menu shows, and how one is found in a text. */

export type CommandName =
  | "start"
  | "help"
  | "status"
  | "stop"
  | "new"
  | "tasks"
  | "usage"
  | "swarm"
  | "model"
  | "verbose"
  | MainCommandName;
/** What only the main group may ask: it is about all the others. */
export type MainCommandName = "groups" | "agents" | "pair";

export interface Command {
  /** Null: a command that Praktor does not have; its text goes to the agent, which may have one of that name. */
  name: CommandName | null;
  /** What stands after it, trimmed. */
  argument: string;
  /** True when it names this bot (`/stop@praktor_bot`) or no bot at all. */
  forThisBot: boolean;
}

/** As `setMyCommands` takes them. */
export const commandMenu: readonly { command: CommandName; description: string }[] = [
  { command: "help", description: "What I can do" },
  { command: "status", description: "What I am doing now" },
  { command: "stop", description: "Stop what I am doing" },
  { command: "new", description: "Begin a new session" },
  { command: "tasks", description: "What is scheduled here" },
  { command: "usage", description: "What was used, and what it cost" },
  { command: "swarm", description: "A team of agents: /swarm a, b: TASK" },
  { command: "model", description: "Which model answers; /model NAME changes it" },
  { command: "verbose", description: "How much I show while I work: 0, 1 or 2" },
  { command: "start", description: "Say hello" },
];

/** Shown besides in the main group's chat. */
export const mainCommandMenu: readonly { command: MainCommandName; description: string }[] = [
  { command: "groups", description: "All groups" },
  { command: "agents", description: "Which agents run" },
  { command: "pair", description: "A code that lets a person in" },
];

const mainNames: ReadonlySet<string> = new Set(mainCommandMenu.map(({ command }) => command));
const names: ReadonlySet<string> = new Set([...commandMenu, ...mainCommandMenu].map(({ command }) => command));

export function isMainCommand(name: CommandName): name is MainCommandName {
  return mainNames.has(name);
}

/** Null where the text does not begin with a command. */
export function parseCommand(text: string, botUsername: string): Command | null {
  const match = /^\/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?=\s|$)/.exec(text);
  if (!match) return null;
  const name = match[1]?.toLowerCase() ?? "";
  const target = match[2]?.toLowerCase();
  return {
    name: isCommandName(name) ? name : null,
    argument: text.slice(match[0].length).trim(),
    forThisBot: target === undefined || target === botUsername.toLowerCase(),
  };
}

function isCommandName(name: string): name is CommandName {
  return names.has(name);
}

export const helpText = `Write to me as you would to a person: I answer, work with files and run programs in this chat's own sandbox.

/status – what I am doing now
/stop – stop it
/new – begin a new session (files and memory stay)
/tasks – what is scheduled here
/usage – what was used, and what it cost
/swarm – a team of agents for one task: \`/swarm a, b: TASK\`
/model – which model answers; \`/model NAME\` changes it, \`/model default\` goes back
/verbose – how much I show while I work: \`0\` nothing, \`1\` the tool, \`2\` every step
/help – this text

In a group, mention me or reply to one of my messages.`;

export const mainHelpText = `Here in the main group also:

/groups – all groups
/agents – which agents run
/pair – a code that lets a person in`;
