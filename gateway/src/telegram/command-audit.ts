/** What of the chat commands is kept in the audit log, and under which name. */
import type { AuditEntry } from "../kit/audit.ts";
import type { Words } from "./buttons.ts";
import type { CommandName } from "./commands.ts";

/** Null: it only shows something. Every command is decided about here. */
export const commandActions: Readonly<Record<CommandName, string | null>> = {
  start: null,
  help: null,
  status: null,
  tasks: null,
  usage: null,
  groups: null,
  agents: null,
  stop: "turn.stop",
  new: "chat.new_session",
  swarm: "swarm.start",
  model: "group.change",
  verbose: "chat.verbose",
  pair: "pairing.offer",
};

/** One line of the log; without `action` the command's own. */
export type CommandChange = Pick<AuditEntry, "outcome" | "target" | "detail"> & { action?: string };

/** What a command answers, and what it changed or was refused; nothing where it was only asked to show. */
export interface CommandAnswer {
  words: Words;
  changes: readonly CommandChange[];
}

export function onlyWords(words: Words): CommandAnswer {
  return { words, changes: [] };
}

/** The command did what it is for. */
export function changed(words: Words, change: Omit<CommandChange, "outcome"> = {}): CommandAnswer {
  return { words, changes: [{ outcome: "ok", ...change }] };
}

/** It was asked for a change that makes no sense or is not allowed. */
export function refused(words: Words, detail: string): CommandAnswer {
  return { words, changes: [{ outcome: "refused", detail }] };
}
