/** A line of the audit log as a sentence: who did what, or tried to. */
import type { AuditView } from "@praktor/protocol/audit";
import { en } from "../text/en.ts";

const t = en.audit;

/** Names of what the log knows by id; each returns undefined for what is not there any more. */
export interface AuditNames {
  group: (id: string) => string | undefined;
  task: (id: string) => string | undefined;
  person: (id: string) => string | undefined;
  swarm: (id: string) => string | undefined;
}

export interface SentencePart {
  text: string;
  /** A name or a path, told apart from the words around it. */
  isName: boolean;
}

type Line = Pick<AuditView, "actor" | "action" | "outcome" | "group_id" | "target">;

export const auditSentence = (entry: Line, names: AuditNames): SentencePart[] => {
  const template = Object.hasOwn(t.actions, entry.action) ? t.actions[entry.action] : undefined;
  const values: Record<string, string | undefined> = {
    target: targetName(entry, names),
    group: entry.group_id === null ? undefined : (names.group(entry.group_id) ?? entry.group_id),
    action: entry.action,
  };
  const isDone = entry.outcome === "ok";
  const parts: SentencePart[] = [{ text: `${actorName(entry, names)}${isDone ? "" : ` ${t.tried}`}`, isName: false }];
  // "{did|do} words {value}", and "[words {value}]" that goes with a value that is not there.
  for (const [, did, wish, optional, name, words] of (template ?? t.otherAction).matchAll(GRAMMAR)) {
    if (did !== undefined && wish !== undefined) add(parts, isDone ? did : wish);
    else if (optional !== undefined) {
      const [, before = "", key = ""] = /^([^{]*)\{(\w+)\}$/.exec(optional) ?? [];
      const value = values[key];
      if (value !== undefined) add(add(parts, before), value, true);
    } else if (name !== undefined) add(parts, values[name] ?? "", true);
    else add(parts, words ?? "");
  }
  return parts;
};

const GRAMMAR = /\{([^|{}]+)\|([^{}]+)\}|\[([^\]]+)\]|\{(\w+)\}|([^{[]+)/g;

const add = (parts: SentencePart[], text: string, isName = false): SentencePart[] => {
  if (text.trim() !== "") parts.push({ text: text.trim(), isName });
  return parts;
};

const actorName = ({ actor, outcome }: Line, names: AuditNames): string => {
  switch (actor.type) {
    case "person": {
      const id = actor.id.replace(/^telegram(?::| chat )/, "");
      if (actor.id !== id && actor.id.startsWith("telegram chat ")) return names.group(id) ?? t.chat(id);
      return names.person(id) ?? t.person(id);
    }
    case "agent":
      return t.agent(names.group(actor.id) ?? actor.id);
    case "page":
      // Who came in knew the password.
      return actor.id === "stranger" && outcome !== "ok" ? t.stranger : t.page;
    case "cli":
      return t.cli;
    case "system":
      return t.system;
    default:
      return actor.type satisfies never;
  }
};

/** Undefined where an id would tell a person nothing. */
const targetName = ({ action, target }: Line, names: AuditNames): string | undefined => {
  if (target === null) return undefined;
  switch (action.split(".")[0]) {
    case "task":
      return names.task(target) ?? target;
    case "group":
    case "channel":
      return names.group(target) ?? target;
    case "pairing":
      return names.person(target) ?? t.person(target);
    case "swarm":
      return names.swarm(target);
    case "turn":
    case "approval":
      return undefined;
    default:
      return target;
  }
};
