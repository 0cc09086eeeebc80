/** What the store promises about sandboxes: one row for each start. */
import type { SandboxRow } from "../rows.ts";

export interface SandboxStore {
  /** A new row in `starting`, generation = the group's last + 1; older rows of the group that are not stopped become stopped. */
  begin(sandbox: { id: string; groupId: string; tokenHash: string }): Promise<SandboxRow>;
  running(id: string, engineId: string): Promise<void>;
  stopped(id: string, error: string | null): Promise<void>;
  setNatsUser(id: string, userPublicKey: string): Promise<void>;
  touch(id: string): Promise<void>;
  /** Null for a stopped sandbox as well: its token is void. */
  byTokenHash(tokenHash: string): Promise<SandboxRow | null>;
  get(id: string): Promise<SandboxRow | null>;
  /** Not stopped; `isOutdated` as the vault's changes have made them. */
  live(): Promise<SandboxRow[]>;
}
