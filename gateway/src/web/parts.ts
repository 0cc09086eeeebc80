/** What the routes work with: made once by the server. */
import type { Audit } from "../kit/audit.ts";
import type { Clock } from "../kit/clock.ts";
import type { Logger } from "../kit/logger.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import type { Group } from "../store/rows.ts";
import type { EventHub } from "./event-hub.ts";
import type { FloodNotes } from "./flood-notes.ts";
import type {
  WebActions,
  WebApprovals,
  WebInstructions,
  WebNetwork,
  WebPairing,
  WebSpending,
  WebStore,
  WebSwarms,
  WebTasks,
  WebWorkspace,
  WebRedactor,
  WebVault,
} from "./ports.ts";
import type { SignIn } from "./sign-in.ts";

export interface WebParts {
  store: WebStore;
  actions: WebActions;
  tasks: WebTasks;
  swarms: WebSwarms;
  workspace: WebWorkspace;
  network: WebNetwork;
  instructions: WebInstructions;
  spending: WebSpending;
  /** Null without Telegram. */
  pairing: WebPairing | null;
  /** Null without one. */
  vault: WebVault | null;
  redactor: WebRedactor;
  approvals: WebApprovals;
  hub: EventHub;
  signIn: SignIn;
  audit: Audit;
  floods: FloodNotes;
  clock: Clock;
  logger: Logger;
  version: string;
  behindProxy: boolean;
  maxFileBytes: number;
}

/** Rejects with `not_found`. */
export async function requireGroup(parts: WebParts, groupId: string): Promise<Group> {
  const group = await parts.store.groups.get(groupId);
  if (!group) throw new PraktorError("not_found", `There is no group "${groupId}".`);
  return group;
}
