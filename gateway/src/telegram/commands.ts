/** The bot's commands: what its menu shows, and how one is found in a text. */

export type CommandName = "start" | "help" | "status" | "stop" | "new" | "tasks";

export interface Command {
  /** Null: a command that Praktor does not have; its text goes to the agent, which may have one of that name. */
  name: CommandName | null;
  /** True when it names this bot (`/stop@praktor_bot`) or no bot at all. */
  forThisBot: boolean;
}

/** As `setMyCommands` takes them. */
export const commandMenu: readonly { command: CommandName; description: string }[] = [
  { command: "help", description: "What I can do" },
  { command: "status", description: "What I am doing now" },
  { command: "stop", description: "Stop what I am doing" },
  { command: "new", description: "Begin a new conversation" },
  { command: "tasks", description: "What is scheduled here" },
  { command: "start", description: "Say hello" },
];

const names: ReadonlySet<string> = new Set(commandMenu.map(({ command }) => command));

/** Null where the text does not begin with a command. */
export function parseCommand(text: string, botUsername: string): Command | null {
  const match = /^\/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?=\s|$)/.exec(text);
  if (!match) return null;
  const name = match[1]?.toLowerCase() ?? "";
  const target = match[2]?.toLowerCase();
  return {
    name: isCommandName(name) ? name : null,
    forThisBot: target === undefined || target === botUsername.toLowerCase(),
  };
}

function isCommandName(name: string): name is CommandName {
  return names.has(name);
}

export const helpText = `Write to me as you would to a person: I answer, work with files and run programs in this chat's own sandbox.

/status – what I am doing now
/stop – stop it
/new – begin a new conversation (files and memory stay)
/tasks – what is scheduled here
/help – this text

In a group, mention me or reply to one of my messages.`;
