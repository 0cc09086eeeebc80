/** What the store promises about the vault's rows. */
import type { AuditEntry } from "../../kit/audit.ts";

/** A key of the vault as the database knows it: how to tell that it is the right one, never the key. */
export interface VaultKeyRow {
  id: string;
  kind: "passphrase" | "file";
  /** Null for a key file, which needs no derivation. */
  salt: Uint8Array | null;
  sealedCheck: string;
}

export interface SecretAssignment {
  secretName: string;
  groupId: string;
  delivery: "env" | "file";
  /** Name of the variable or of the file. */
  target: string;
}

/** Every change is in one transaction with its line in the audit log. */
export interface VaultStore {
  /** Null before the first secret. */
  key(): Promise<VaultKeyRow | null>;
  secrets(): Promise<{ name: string; keyId: string; sealed: string; createdAt: number; updatedAt: number }[]>;
  assignments(groupId?: string): Promise<SecretAssignment[]>;
  begin(key: VaultKeyRow): Promise<void>;
  put(secret: { name: string; keyId: string; sealed: string }, audit: AuditEntry): Promise<void>;
  /** With its assignments. False: there was none. */
  remove(name: string, audit: AuditEntry): Promise<boolean>;
  /** `taken`: the group has another secret under that name. Secret and group exist. */
  assign(assignment: SecretAssignment, audit: AuditEntry): Promise<"assigned" | "taken">;
  unassign(secretName: string, groupId: string, audit: AuditEntry): Promise<boolean>;
  /** Every secret under another key, and the old key forgotten, or nothing at all. */
  rekey(key: VaultKeyRow, secrets: readonly { name: string; sealed: string }[], audit: AuditEntry): Promise<void>;
}
