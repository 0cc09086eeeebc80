/** The tables of the vault. */
import type { Generated } from "kysely";

/** One row, but for the moment of a change. */
export interface VaultKeyTable {
  id: string;
  kind: "passphrase" | "file";
  salt: Uint8Array | null;
  sealed_check: string;
  created_at: number;
}

export interface SecretTable {
  name: string;
  key_id: string;
  sealed: string;
  created_at: number;
  updated_at: number;
}

/** Replaced or deleted. */
export interface OlderSecretTable {
  id: Generated<number>;
  name: string;
  key_id: string;
  sealed: string;
  replaced_at: number;
}

/** Assigned to the group before. */
export interface TakenSecretTable {
  group_id: string;
  secret_name: string;
}

export interface SecretAssignmentTable {
  secret_name: string;
  group_id: string;
  delivery: "env" | "file";
  target: string;
  created_at: number;
}
