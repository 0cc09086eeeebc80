/** Who did what, as the edges report it; the composition root hands in where it is kept. */

/** `page`: a browser or script on the page's API. `agent`: a group's sandbox. `cli`: whoever may open Praktor's files. */
export type ActorType = "person" | "page" | "cli" | "agent" | "system";

export interface Actor {
  type: ActorType;
  /** Who of that type: `telegram:<user id>`, a page session's short id, a group's id. */
  id: string;
}

export interface AuditEntry {
  actor: Actor;
  /** `<subject>.<verb>`: `vault.set`, `task.deleted`, `sign_in` … */
  action: string;
  /** `refused`: it was not allowed or made no sense. `failed`: it was tried and did not work. */
  outcome: "ok" | "refused" | "failed";
  groupId?: string | null;
  /** What it was done to: a task's id, a secret's name, a path. */
  target?: string | null;
  /** A few words; never a secret's value. */
  detail?: string | null;
}

export interface Audit {
  /** Returns at once and never throws; what cannot be kept is said in the log. */
  record(entry: AuditEntry): void;
}

export const commandLine: Actor = { type: "cli", id: "cli" };

/** Keeps nothing: for tests, and for parts that work without. */
export const noAudit: Audit = { record: () => {} };
