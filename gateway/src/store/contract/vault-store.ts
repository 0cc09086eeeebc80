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

/** All that there is, under another key. */
export interface ResealedSecrets {
  secrets: readonly { name: string; sealed: string }[];
  /** `sealed` null: it could not be read. */
  older: readonly { id: number; sealed: string | null }[];
}

export interface SecretAssignment {
  secretName: string;
  groupId: string;
  delivery: "env" | "file";
  /** Name of the variable or of the file. */
  target: string;
}

/** A value that was replaced or deleted, as it was sealed. */
export interface OlderSecret {
  id: number;
  name: string;
  sealed: string;
}

/**
 * Every change is in one transaction with its line in the audit log, and with what it means for sandboxes: those that are live, of the
 * groups it concerns and of these groups' tasks, are outdated from then on.
 */
export interface VaultStore {
  /** Null before the first secret. */
  key(): Promise<VaultKeyRow | null>;
  secrets(): Promise<{ name: string; keyId: string; sealed: string; createdAt: number; updatedAt: number }[]>;
  assignments(groupId?: string): Promise<SecretAssignment[]>;
  /** Kept while a live sandbox is outdated, forgotten with the last one. */
  older(): Promise<OlderSecret[]>;
  /** The names of what the group had before; as long. */
  taken(groupId: string): Promise<string[]>;
  /** The first key, or another once all secrets are deleted. Rejects while there are any. */
  begin(key: VaultKeyRow): Promise<void>;
  put(secret: { name: string; keyId: string; sealed: string }, audit: AuditEntry): Promise<void>;
  /** With its assignments. False: there was none. */
  remove(name: string, audit: AuditEntry): Promise<boolean>;
  /** `taken`: the group has another secret under that name. Secret and group exist. */
  assign(assignment: SecretAssignment, audit: AuditEntry): Promise<"assigned" | "taken">;
  unassign(secretName: string, groupId: string, audit: AuditEntry): Promise<boolean>;
  /** Every secret under another key, and the old key forgotten, or nothing at all. An older one that nobody could read goes. */
  rekey(key: VaultKeyRow, resealed: ResealedSecrets, audit: AuditEntry): Promise<void>;
}
