/** The vault's key while the gateway runs: found under what the settings name, made with the first secret, exchanged for another. */
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import { readKeyFile, type KeyDisk } from "./key-file.ts";
import { KeyPlaces, type Opens } from "./key-places.ts";
import { checkFirstPassphrase, checkPassphrase } from "./secret-rules.ts";
import { VaultKey, type KeySource } from "./vault-key.ts";
import type { KeyRecord, VaultRecords } from "./vault-records.ts";

export interface KeyHolderOptions {
  store: Pick<VaultRecords, "key" | "begin" | "secrets" | "older">;
  logger: Logger;
  /** As the settings say; both undefined: there is no key. */
  passphrase: string | undefined;
  keyFile: string | undefined;
  /** The real one, where it is not given. */
  disk?: KeyDisk;
}

const offHint =
  "Set PRAKTOR_VAULT_PASSPHRASE, or PRAKTOR_VAULT_KEY_FILE and run `praktor vault create-key`, and start Praktor again.";

/** Whoever calls it does so one after the other. Rejects with `vault_off` or `vault_locked`. */
export class KeyHolder {
  readonly #options: KeyHolderOptions;
  readonly #places: KeyPlaces | null;
  /** Null while it is locked: then each need of it tries again, because a key file may be put back. */
  #key: VaultKey | null = null;
  #passphrase: string | undefined;
  /** The record and passphrase that do not fit each other. */
  #triedFor: string | null = null;

  constructor(options: KeyHolderOptions) {
    this.#options = options;
    this.#passphrase = options.passphrase;
    this.#places = options.keyFile === undefined ? null : new KeyPlaces(options.keyFile, options.disk);
  }

  /** The key that the secrets are under; null while there is none. */
  async opened(): Promise<VaultKey | null> {
    if (this.#key) return this.#key;
    const record = await this.#options.store.key();
    if (!record) {
      await this.#source();
      return null;
    }
    this.#key = (await this.#byPassphrase(record)) ?? (await this.#byFile(record));
    if (this.#key) return this.#key;
    throw new PraktorError("vault_locked", `The vault is locked: ${whyLocked(record.kind, this.#options)}`, {
      hint: "Start Praktor with the key that the secrets are under; without it they cannot be read, only deleted and set again.",
    });
  }

  async needed(): Promise<VaultKey> {
    const key = await this.opened();
    if (key) return key;
    throw new PraktorError("not_found", "There are no secrets yet.", { hint: "`praktor vault set` makes the first." });
  }

  /** Makes it where there is none, and where nothing is left that a lost one could open. */
  async orMade(): Promise<VaultKey> {
    const known = await this.opened().catch(async (error: unknown) => {
      const { store } = this.#options;
      const left = await Promise.all([store.secrets(), store.older()]);
      if (left.flat().length > 0) throw error;
      return null;
    });
    if (known) return known;
    const key = await VaultKey.make(await this.#source());
    await this.#options.store.begin(key.record);
    this.#key = key;
    return key;
  }

  /** `reseal` brings everything from the one key under the other, all or nothing. `passphrase` null: for a key file. */
  async exchange(passphrase: string | null, reseal: (from: VaultKey, to: VaultKey) => Promise<void>): Promise<void> {
    const old = await this.needed();
    if (old.kind === "file" && this.#places !== null) return await this.#exchangeFile(this.#places, old, reseal);
    if (passphrase === null) throw new PraktorError("invalid", "The new passphrase is missing.");
    checkPassphrase(passphrase);
    const next = await VaultKey.make({ kind: "passphrase", passphrase });
    await reseal(old, next);
    this.#key = next;
    this.#passphrase = passphrase;
  }

  /** The new key is in its place before anything is under it: where a file cannot be replaced, nothing has happened. */
  async #exchangeFile(
    places: KeyPlaces,
    old: VaultKey,
    reseal: (from: VaultKey, to: VaultKey) => Promise<void>,
  ): Promise<void> {
    const { store } = this.#options;
    const key = await places.replace(opensRecord(old.record));
    const next = await VaultKey.make({ kind: "file", path: places.path, key });
    try {
      await reseal(old, next);
    } catch (error) {
      // A failed commit may have come to pass: the record says which key counts, and while it cannot be read both stay.
      if ((await store.key())?.id !== next.id) {
        await this.#settle(places, old.record);
        throw error;
      }
    }
    this.#key = next;
    await this.#settle(places, next.record);
  }

  async #byPassphrase(record: KeyRecord): Promise<VaultKey | null> {
    if (this.#passphrase === undefined) return null;
    // Derived once: whoever asks how the vault is must not cost a fifth of a second each time.
    const attempt = `${record.id} ${this.#passphrase}`;
    if (this.#triedFor === attempt) return null;
    const key = await VaultKey.open({ kind: "passphrase", passphrase: this.#passphrase }, record);
    if (!key) this.#triedFor = attempt;
    return key;
  }

  async #byFile(record: KeyRecord): Promise<VaultKey | null> {
    if (this.#places === null) return null;
    const found = await this.#places.find(opensRecord(record));
    if (!found) return null;
    await this.#settle(this.#places, record);
    return await VaultKey.open({ kind: "file", path: found.place, key: found.key }, record);
  }

  /** What a rotation left that was cut. The vault works without it. */
  async #settle(places: KeyPlaces, record: KeyRecord): Promise<void> {
    try {
      await places.settle(opensRecord(record));
    } catch (error) {
      const found = await places.find(opensRecord(record)).catch(() => null);
      this.#options.logger.warn(
        { keyFile: places.path, opensWith: found?.place, error: errorMessage(error) },
        found === null || found.place === places.path
          ? "a former key of the vault could not be removed; remove it"
          : "the vault's key lies beside its key file, which cannot be replaced: copy it over that file (where the file is mounted by itself, over the one that is mounted), and keep it until then, for nothing else opens the vault",
      );
    }
  }

  /** What a first key is made from. */
  async #source(): Promise<KeySource> {
    if (this.#passphrase !== undefined) {
      checkFirstPassphrase(this.#passphrase);
      return { kind: "passphrase", passphrase: this.#passphrase };
    }
    if (this.#places !== null) {
      return { kind: "file", path: this.#places.path, key: await readKeyFile(this.#places.path) };
    }
    throw new PraktorError("vault_off", "There is no vault: no key is configured.", { hint: offHint });
  }
}

function opensRecord(record: KeyRecord): Opens {
  return async (key) => (await VaultKey.open({ kind: "file", path: "", key }, record)) !== null;
}

function whyLocked(kind: KeySource["kind"], { passphrase, keyFile }: KeyHolderOptions): string {
  if (kind === "passphrase") {
    return passphrase === undefined
      ? "its secrets are under a passphrase, and PRAKTOR_VAULT_PASSPHRASE is not set."
      : "the passphrase is not the one that its secrets are under.";
  }
  return keyFile === undefined
    ? "its secrets are under a key file, and PRAKTOR_VAULT_KEY_FILE is not set."
    : "the key file is not the one that its secrets are under.";
}
