/** A key of the vault in a file that only its owner can read. */
import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";

const keyBytes = 32;

/** Steps on key files; what has resolved is on the disk, and outlives a power cut. */
export interface KeyDisk {
  /** Rejects where there is a file. */
  create: (path: string, key: Buffer) => Promise<void>;
  rename: (from: string, to: string) => Promise<void>;
  /** No matter whether it is there. */
  remove: (path: string) => Promise<void>;
}

export const keyDisk: KeyDisk = {
  create: async (path, key) => {
    {
      await using file = await open(path, "wx", 0o600);
      await file.chmod(0o600);
      await file.writeFile(`${key.toString("base64")}\n`);
      await file.sync();
    }
    await syncFolderOf(path);
  },
  rename: async (from, to) => {
    await rename(from, to);
    await syncFolderOf(to);
  },
  remove: async (path) => {
    await rm(path, { force: true });
    await syncFolderOf(path);
  },
};

/** 32 bytes in base64. Rejects with `vault_locked` and what to do. */
export async function readKeyFile(path: string): Promise<Buffer> {
  const [text, status] = await Promise.all([readFile(path, "utf8"), stat(path)]).catch((error: unknown) => {
    throw new PraktorError(
      "vault_locked",
      `The vault is locked: its key file cannot be read (${errorMessage(error)}).`,
      {
        hint: "Put the key file back, or make the first one with `praktor vault create-key`.",
        cause: error,
      },
    );
  });
  if ((status.mode & 0o077) !== 0) {
    throw new PraktorError(
      "vault_locked",
      `The vault is locked: others than its owner may read the key file ${path}.`,
      {
        hint: `Run \`chmod 600 ${path}\`.`,
      },
    );
  }
  const key = Buffer.from(text.trim(), "base64");
  if (key.length === keyBytes) return key;
  throw new PraktorError("vault_locked", `The vault is locked: ${path} is no key file (32 bytes in base64).`, {
    hint: "Name the file that `praktor vault create-key` made.",
  });
}

export function newKey(): Buffer {
  return randomBytes(keyBytes);
}

/** Makes it with mode 0600. Rejects with `taken` where there is a file. */
export async function createKeyFile(path: string): Promise<Buffer> {
  const key = newKey();
  try {
    await keyDisk.create(path, key);
  } catch (error) {
    const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
    throw new PraktorError(
      isThere ? "taken" : "failed",
      isThere ? `There is a file ${path} already.` : `The key file cannot be made: ${errorMessage(error)}.`,
      { hint: "Name another path; a key that secrets are under must not be overwritten.", cause: error },
    );
  }
  return key;
}

async function syncFolderOf(path: string): Promise<void> {
  await using folder = await open(dirname(path), "r");
  await folder.sync();
}
