/** The vault's key, and what is sealed under it: AES-256-GCM, bound to the name of what it seals and to the key's id. */
import { argon2, createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { PraktorError } from "../kit/praktor-error.ts";
import type { KeyRecord } from "./vault-records.ts";

const cipher = "aes-256-gcm";
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const saltBytes = 16;
/** 64 MiB, three passes: more than OWASP asks for (19 MiB, two passes), and about a fifth of a second. */
const derivation = { memory: 64 * 1024, passes: 3, parallelism: 1, tagLength: keyBytes } as const;
const checked = "praktor vault";
/** No secret has this name. */
const checkName = " check";

const derive = promisify(argon2);

/** Where the key comes from: derived from a passphrase, or as it lies in a file. */
export type KeySource = { kind: "passphrase"; passphrase: string } | { kind: "file"; path: string; key: Buffer };

export class VaultKey {
  readonly id: string;
  readonly kind: KeySource["kind"];
  readonly #key: Buffer;
  readonly #salt: Uint8Array | null;

  private constructor(id: string, kind: KeySource["kind"], key: Buffer, salt: Uint8Array | null) {
    this.id = id;
    this.kind = kind;
    this.#key = key;
    this.#salt = salt;
  }

  /** A new key with an id, and for a passphrase a salt, of its own. */
  static async make(source: KeySource): Promise<VaultKey> {
    const salt = source.kind === "passphrase" ? randomBytes(saltBytes) : null;
    return new VaultKey(randomBytes(8).toString("hex"), source.kind, await keyOf(source, salt), salt);
  }

  /** The key that the record tells of; null when this source does not give it. */
  static async open(source: KeySource, record: KeyRecord): Promise<VaultKey | null> {
    if (source.kind !== record.kind) return null;
    const key = new VaultKey(record.id, record.kind, await keyOf(source, record.salt), record.salt);
    try {
      return key.unseal(checkName, record.sealedCheck) === checked ? key : null;
    } catch {
      return null;
    }
  }

  get record(): KeyRecord {
    return { id: this.id, kind: this.kind, salt: this.#salt, sealedCheck: this.seal(checkName, checked) };
  }

  seal(name: string, value: string): string {
    const nonce = randomBytes(nonceBytes);
    const sealing = createCipheriv(cipher, this.#key, nonce, { authTagLength: tagBytes });
    sealing.setAAD(this.#boundTo(name));
    const sealed = Buffer.concat([sealing.update(value, "utf8"), sealing.final()]);
    return Buffer.concat([nonce, sealing.getAuthTag(), sealed]).toString("base64");
  }

  /** Throws `vault_damaged` when it was changed, or sealed under another key or name. */
  unseal(name: string, sealed: string): string {
    const bytes = Buffer.from(sealed, "base64");
    try {
      const nonce = bytes.subarray(0, nonceBytes);
      const opening = createDecipheriv(cipher, this.#key, nonce, { authTagLength: tagBytes });
      opening.setAAD(this.#boundTo(name));
      opening.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      return Buffer.concat([opening.update(bytes.subarray(nonceBytes + tagBytes)), opening.final()]).toString("utf8");
    } catch (error) {
      throw new PraktorError("vault_damaged", `The secret ${name} cannot be read: it is not as it was stored.`, {
        hint: "Set it again, or restore a backup of the database.",
        cause: error,
      });
    }
  }

  #boundTo(name: string): Buffer {
    return Buffer.from(JSON.stringify(["praktor.vault.1", this.id, name]), "utf8");
  }
}

async function keyOf(source: KeySource, salt: Uint8Array | null): Promise<Buffer> {
  if (source.kind === "file") return source.key;
  return await derive("argon2id", {
    ...derivation,
    message: Buffer.from(source.passphrase.normalize("NFC"), "utf8"),
    nonce: Buffer.from(salt ?? []),
  });
}
