/** What the vault wants of whoever keeps its rows; each change is one transaction with its line in the audit log. */
import type { AuditEntry } from "../kit/audit.ts";

/** How to tell that a key is the right one; never the key. */
export interface KeyRecord {
  id: string;
  kind: "passphrase" | "file";
  /** Null for a key file. */
  salt: Uint8Array | null;
  sealedCheck: string;
}

/** How a secret comes to a group: as an environment variable, or as a file of that name. */
export interface Placement {
  groupId: string;
  delivery: "env" | "file";
  target: string;
}

export interface Assignment extends Placement {
  secretName: string;
}

/** A value that was replaced or deleted, as it was sealed. */
export interface OlderSecret {
  id: number;
  name: string;
  sealed: string;
}

/** `sealed` null: it could not be read, and is forgotten. */
export interface Resealed {
  secrets: readonly { name: string; sealed: string }[];
  older: readonly { id: number; sealed: string | null }[];
}

export interface VaultRecords {
  key(): Promise<KeyRecord | null>;
  secrets(): Promise<{ name: string; sealed: string; createdAt: number; updatedAt: number }[]>;
  assignments(groupId?: string): Promise<Assignment[]>;
  /** As long as a sandbox lives that may have them. */
  older(): Promise<OlderSecret[]>;
  begin(key: KeyRecord): Promise<void>;
  put(secret: { name: string; keyId: string; sealed: string }, audit: AuditEntry): Promise<void>;
  remove(name: string, audit: AuditEntry): Promise<boolean>;
  assign(assignment: Assignment, audit: AuditEntry): Promise<"assigned" | "taken">;
  unassign(secretName: string, groupId: string, audit: AuditEntry): Promise<boolean>;
  rekey(key: KeyRecord, resealed: Resealed, audit: AuditEntry): Promise<void>;
}
