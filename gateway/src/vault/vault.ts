/** The secrets: kept sealed, opened under the installation's key, given to the groups they are assigned to. */
import type { Actor, AuditEntry } from "../kit/audit.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import { createNextKeyFile, nextKeyFile, readKeyFile, takeNextKeyFile } from "./key-file.ts";
import { checkName, checkTarget, checkValue } from "./secret-rules.ts";
import { VaultKey, type KeySource } from "./vault-key.ts";
import type { Assignment, Placement, VaultRecords } from "./vault-records.ts";

export interface VaultOptions {
  store: VaultRecords;
  logger: Logger;
  /** As the settings say; both undefined: there is no key. */
  passphrase: string | undefined;
  keyFile: string | undefined;
  /** Every value there is, whenever that changes: for redaction. */
  onValues: (secrets: readonly { name: string; value: string }[]) => void;
}

/** `off`: no key, and nothing to open with one. `locked` says why and what to do. */
export type VaultState = { state: "open" } | { state: "off" | "locked"; reason: string };

export interface SecretInfo {
  name: string;
  createdAt: number;
  updatedAt: number;
  assignments: Placement[];
}

/** What a sandbox is given. */
export interface GivenSecret {
  delivery: "env" | "file";
  target: string;
  value: string;
}

const offHint =
  "Set PRAKTOR_VAULT_PASSPHRASE, or PRAKTOR_VAULT_KEY_FILE and run `praktor vault create-key`, and start Praktor again.";

/** Every method that needs the key rejects with `vault_locked` and what to do where there is none. */
export class Vault {
  readonly #options: VaultOptions;
  /** Null while it is locked: then each need of it tries again, because a key file may be put back. */
  #key: VaultKey | null = null;
  #values = new Map<string, string>();
  /** Replaced or deleted, in this life or an earlier one: a sandbox may still have them. */
  readonly #older: { name: string; value: string }[] = [];
  #rotatedPassphrase: string | null = null;
  /** The record and passphrase that do not fit each other. */
  #triedFor: string | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: VaultOptions) {
    this.#options = options;
  }

  /** Opens it, so that redaction knows every value from the first moment on. Never rejects: `state` says what is wrong. */
  async start(): Promise<VaultState> {
    const state = await this.state();
    if (state.state === "locked") this.#options.logger.error({ reason: state.reason }, "the vault is locked");
    return state;
  }

  async state(): Promise<VaultState> {
    try {
      await this.#inTurn(async () => void (await this.#opened()));
      return { state: "open" };
    } catch (error) {
      const isOff = error instanceof PraktorError && error.code === "vault_off";
      const hint = error instanceof PraktorError && error.hint ? ` ${error.hint}` : "";
      return { state: isOff ? "off" : "locked", reason: `${errorMessage(error)}${hint}` };
    }
  }

  /** By name, without values; also while it is locked. */
  async list(): Promise<SecretInfo[]> {
    const { store } = this.#options;
    const [secrets, assignments] = await Promise.all([store.secrets(), store.assignments()]);
    return secrets.map(({ name, createdAt, updatedAt }) => ({
      name,
      createdAt,
      updatedAt,
      assignments: assignments
        .filter(({ secretName }) => secretName === name)
        .map(({ groupId, delivery, target }) => ({ groupId, delivery, target })),
    }));
  }

  /** Makes it or replaces its value. Returns the groups that have it. */
  async set(name: string, value: string, actor: Actor): Promise<string[]> {
    checkName(name);
    checkValue(value);
    return await this.#inTurn(async () => {
      const key = (await this.#opened()) ?? (await this.#begin());
      // Known before it is kept: from here on it must not be seen.
      this.#know(new Map([...this.#values, [name, value]]));
      const secret = { name, keyId: key.id, sealed: key.seal(name, value) };
      await this.#options.store.put(secret, entry(actor, "vault.set", name));
      return await this.#groupsOf(name);
    });
  }

  /** Returns the groups that had it; null: there was none of that name. */
  async remove(name: string, actor: Actor): Promise<string[] | null> {
    return await this.#inTurn(async () => {
      const groups = await this.#groupsOf(name);
      if (!(await this.#options.store.remove(name, entry(actor, "vault.delete", name)))) return null;
      // Its value stays known: a sandbox may still have it.
      return groups;
    });
  }

  /** Rejects with `not_found`, or with `taken` when the group has another secret there. The group exists. */
  async assign(assignment: Assignment, actor: Actor): Promise<void> {
    const { secretName, groupId, delivery, target } = assignment;
    checkTarget(delivery, target);
    await this.#inTurn(async () => {
      await this.#required(secretName);
      const detail = `as ${delivery === "env" ? "variable" : "file"} ${target}`;
      const audit = { ...entry(actor, "vault.assign", secretName), groupId, detail };
      if ((await this.#options.store.assign(assignment, audit)) === "assigned") return;
      throw new PraktorError("taken", `This group has another secret as ${target}.`, {
        hint: "Take that one away first, or give this one another name.",
      });
    });
  }

  /** False: the group did not have it. */
  async unassign(secretName: string, groupId: string, actor: Actor): Promise<boolean> {
    const audit = { ...entry(actor, "vault.unassign", secretName), groupId };
    return await this.#inTurn(() => this.#options.store.unassign(secretName, groupId, audit));
  }

  /** The value itself, for whoever owns the files. */
  async reveal(name: string): Promise<string> {
    return await this.#inTurn(async () => {
      const { sealed } = await this.#required(name);
      return (await this.#needed()).unseal(name, sealed);
    });
  }

  /** What a group is given. Rejects with `vault_locked` only when there is something to give. */
  async given(groupId: string): Promise<GivenSecret[]> {
    const assignments = await this.#options.store.assignments(groupId);
    if (assignments.length === 0) return [];
    return await this.#inTurn(async () => {
      const key = await this.#needed().catch((error: unknown) => {
        const names = [...new Set(assignments.map(({ secretName }) => secretName))].join(", ");
        const hint = error instanceof PraktorError && error.hint !== undefined ? { hint: error.hint } : {};
        throw new PraktorError(
          "vault_locked",
          `This group's secrets (${names}) cannot be read. ${errorMessage(error)}`,
          {
            ...hint,
            cause: error,
          },
        );
      });
      const sealed = new Map((await this.#options.store.secrets()).map((secret) => [secret.name, secret.sealed]));
      return assignments.map(({ secretName, delivery, target }) => ({
        delivery,
        target,
        value: key.unseal(secretName, sealed.get(secretName) ?? ""),
      }));
    });
  }

  /** Everything under a new key: from this passphrase, or a new key file in the old one's place. */
  async rotate(passphrase: string | null, actor: Actor): Promise<void> {
    const { keyFile, store } = this.#options;
    await this.#inTurn(async () => {
      const old = await this.#needed();
      if (old.kind === "passphrase" && passphrase === null) {
        throw new PraktorError("invalid", "The new passphrase is missing.");
      }
      const next = await VaultKey.make(
        old.kind === "passphrase" || keyFile === undefined
          ? { kind: "passphrase", passphrase: passphrase ?? "" }
          : { kind: "file", path: keyFile, key: await createNextKeyFile(keyFile) },
      );
      const secrets = (await store.secrets()).map(({ name, sealed }) => ({
        name,
        sealed: next.seal(name, old.unseal(name, sealed)),
      }));
      const older = (await store.older()).map(({ id, name, sealed }) => {
        const value = this.#unsealed(old, name, sealed);
        return { id, sealed: value === null ? null : next.seal(name, value) };
      });
      await store.rekey(
        next.record,
        { secrets, older },
        {
          ...entry(actor, "vault.rotate", next.id),
          detail: `${secrets.length} secrets`,
        },
      );
      this.#key = next;
      if (next.kind === "file" && keyFile !== undefined) await takeNextKeyFile(keyFile);
      else this.#rotatedPassphrase = passphrase;
    });
  }

  /** The key that the secrets are under; null while there is none. Rejects with `vault_off` or `vault_locked`. */
  async #opened(): Promise<VaultKey | null> {
    if (this.#key) return this.#key;
    const { store, keyFile } = this.#options;
    const record = await store.key();
    const sources = await this.#sources(record !== null);
    if (!record) return null;
    for (const source of sources) {
      // Derived once: whoever asks how the vault is must not cost a fifth of a second each time.
      const isTried = source.kind === "passphrase" && this.#triedFor === `${record.id} ${source.passphrase}`;
      const key = isTried ? null : await VaultKey.open(source, record);
      if (source.kind === "passphrase" && !key) this.#triedFor = `${record.id} ${source.passphrase}`;
      if (!key) continue;
      // A rotation that was cut between its two last steps.
      if (source.kind === "file" && keyFile !== undefined && source.path !== keyFile) await takeNextKeyFile(keyFile);
      await this.#knowAll(key);
      this.#key = key;
      return key;
    }
    throw new PraktorError("vault_locked", `The vault is locked: ${whyLocked(record.kind, this.#options)}`, {
      hint: "Start Praktor with the key that the secrets are under; without it they cannot be read, only deleted and set again.",
    });
  }

  async #needed(): Promise<VaultKey> {
    const key = await this.#opened();
    if (key) return key;
    throw new PraktorError("not_found", "There are no secrets yet.", { hint: "`praktor vault set` makes the first." });
  }

  async #begin(): Promise<VaultKey> {
    const [source] = await this.#sources(false);
    if (!source) throw noVault();
    const key = await VaultKey.make(source);
    await this.#options.store.begin(key.record);
    this.#key = key;
    return key;
  }

  async #sources(isNeeded: boolean): Promise<KeySource[]> {
    const { keyFile } = this.#options;
    const passphrase = this.#rotatedPassphrase ?? this.#options.passphrase;
    if (passphrase !== undefined) return [{ kind: "passphrase", passphrase }];
    if (keyFile === undefined && isNeeded) return [];
    if (keyFile === undefined) throw noVault();
    const found: KeySource[] = [];
    const failures: unknown[] = [];
    for (const path of isNeeded ? [keyFile, nextKeyFile(keyFile)] : [keyFile]) {
      try {
        found.push({ kind: "file", path, key: await readKeyFile(path) });
      } catch (error) {
        failures.push(error);
      }
    }
    if (found.length === 0) throw failures[0];
    return found;
  }

  async #required(name: string): Promise<{ sealed: string }> {
    const secret = (await this.#options.store.secrets()).find((one) => one.name === name);
    if (secret) return secret;
    throw new PraktorError("not_found", `There is no secret ${name}.`, { hint: "`praktor vault list` shows them." });
  }

  async #groupsOf(name: string): Promise<string[]> {
    const assignments = await this.#options.store.assignments();
    return [...new Set(assignments.filter(({ secretName }) => secretName === name).map(({ groupId }) => groupId))];
  }

  async #knowAll(key: VaultKey): Promise<void> {
    const values = new Map<string, string>();
    const { store } = this.#options;
    for (const { name, sealed } of await store.older()) {
      const value = this.#unsealed(key, name, sealed);
      if (value !== null) this.#older.push({ name, value });
    }
    for (const { name, sealed } of await store.secrets()) {
      const value = this.#unsealed(key, name, sealed);
      if (value !== null) values.set(name, value);
    }
    this.#know(values);
  }

  /** Null: one that is damaged does not keep the others locked; whoever needs it hears of it. */
  #unsealed(key: VaultKey, name: string, sealed: string): string | null {
    try {
      return key.unseal(name, sealed);
    } catch (error) {
      this.#options.logger.error({ secret: name }, errorMessage(error));
      return null;
    }
  }

  #know(values: Map<string, string>): void {
    const named = (secrets: Map<string, string>): { name: string; value: string }[] =>
      [...secrets].map(([name, value]) => ({ name, value }));
    const before = named(this.#values).filter(({ name, value }) => values.get(name) !== value);
    this.#values = values;
    this.#older.push(...before);
    this.#options.onValues([...named(values), ...this.#older]);
  }

  /** One after the other: nothing may come between reading all secrets and storing them under another key. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => {});
    return await mine;
  }
}

function noVault(): PraktorError<"vault_off"> {
  return new PraktorError("vault_off", "There is no vault: no key is configured.", { hint: offHint });
}

function entry(actor: Actor, action: string, target: string): AuditEntry {
  return { actor, action, target, outcome: "ok" };
}

function whyLocked(kind: KeySource["kind"], { passphrase, keyFile }: VaultOptions): string {
  if (kind === "passphrase") {
    return passphrase === undefined
      ? "its secrets are under a passphrase, and PRAKTOR_VAULT_PASSPHRASE is not set."
      : "the passphrase is not the one that its secrets are under.";
  }
  return keyFile === undefined
    ? "its secrets are under a key file, and PRAKTOR_VAULT_KEY_FILE is not set."
    : "the key file is not the one that its secrets are under.";
}
