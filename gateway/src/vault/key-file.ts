/** A key of the vault in a file that only its owner can read. */
import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";

const keyBytes = 32;

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

/** Makes it with mode 0600. Rejects with `taken` where there is a file. */
export async function createKeyFile(path: string): Promise<Buffer> {
  const key = randomBytes(keyBytes);
  try {
    await using file = await open(path, "wx", 0o600);
    await file.chmod(0o600);
    await file.writeFile(`${key.toString("base64")}\n`);
    await file.sync();
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

/** Where the next key lies until the secrets are under it. */
export function nextKeyFile(path: string): string {
  return `${path}.next`;
}

/** A new key beside the file; what an earlier try left there is of no use to anybody. */
export async function createNextKeyFile(path: string): Promise<Buffer> {
  await rm(nextKeyFile(path), { force: true });
  return await createKeyFile(nextKeyFile(path));
}

/** The next key takes the file's place. */
export async function takeNextKeyFile(path: string): Promise<void> {
  await rename(nextKeyFile(path), path);
}
