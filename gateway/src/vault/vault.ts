/** The secrets: kept sealed, opened under the installation's key, given to the groups they are assigned to. */
import type { Actor, AuditEntry } from "../kit/audit.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import { Serial } from "../kit/serial.ts";
import { KeyHolder, type KeyHolderOptions } from "./key-holder.ts";
import { checkName, checkTarget, checkValue, isShort } from "./secret-rules.ts";
import type { VaultKey } from "./vault-key.ts";
import type { Assignment, Placement, VaultRecords } from "./vault-records.ts";

export interface VaultOptions extends KeyHolderOptions {
  store: VaultRecords;
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

/** Every method that needs the key rejects with `vault_locked` and what to do where there is none. */
export class Vault {
  readonly #options: VaultOptions;
  readonly #keys: KeyHolder;
  /** Values were read under it. */
  #knownUnder: VaultKey | null = null;
  #values = new Map<string, string>();
  /** Replaced or deleted, in this life or an earlier one: a sandbox may still have them. */
  readonly #older: { name: string; value: string }[] = [];
  /** Nothing may come between reading all secrets and storing them under another key. */
  readonly #works = new Serial();

  constructor(options: VaultOptions) {
    this.#options = options;
    this.#keys = new KeyHolder(options);
  }

  /** Opens it, so that redaction knows every value from the first moment on. Never rejects: `state` says what is wrong. */
  async start(): Promise<VaultState> {
    const state = await this.state();
    const { logger, passphrase } = this.#options;
    if (state.state === "locked") logger.error({ reason: state.reason }, "the vault is locked");
    else if (state.state === "off" && passphrase !== undefined)
      logger.warn({ reason: state.reason }, "there is no vault");
    else if (passphrase !== undefined && isShort(passphrase)) {
      logger.warn(
        {},
        "the vault's passphrase has fewer than 12 characters; `praktor vault rotate` gives it a longer one",
      );
    }
    return state;
  }

  async state(): Promise<VaultState> {
    try {
      await this.#works.run(async () => void (await this.#opened()));
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
    return await this.#works.run(async () => {
      const key = await this.#keys.orMade();
      await this.#opened();
      // Known before it is kept: from here on it must not be seen.
      this.#know(new Map([...this.#values, [name, value]]));
      const secret = { name, keyId: key.id, sealed: key.seal(name, value) };
      await this.#options.store.put(secret, entry(actor, "vault.set", name));
      return await this.#groupsOf(name);
    });
  }

  /** Returns the groups that had it; null: there was none of that name. */
  async remove(name: string, actor: Actor): Promise<string[] | null> {
    return await this.#works.run(async () => {
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
    await this.#works.run(async () => {
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
    return await this.#works.run(() => this.#options.store.unassign(secretName, groupId, audit));
  }

  /** The value itself, for whoever owns the files. */
  async reveal(name: string): Promise<string> {
    return await this.#works.run(async () => {
      const { sealed } = await this.#required(name);
      return (await this.#needed()).unseal(name, sealed);
    });
  }

  /** What a group is given. Rejects with `vault_locked` only when there is something to give. */
  async given(groupId: string): Promise<GivenSecret[]> {
    const assignments = await this.#options.store.assignments(groupId);
    if (assignments.length === 0) return [];
    return await this.#works.run(async () => {
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
    const { store } = this.#options;
    await this.#works.run(async () => {
      await this.#opened();
      await this.#keys.exchange(passphrase, async (from, to) => {
        const secrets = (await store.secrets()).map(({ name, sealed }) => ({
          name,
          sealed: to.seal(name, from.unseal(name, sealed)),
        }));
        const older = (await store.older()).map(({ id, name, sealed }) => {
          const value = this.#unsealed(from, name, sealed);
          return { id, sealed: value === null ? null : to.seal(name, value) };
        });
        const detail = `${secrets.length} secrets`;
        await store.rekey(to.record, { secrets, older }, { ...entry(actor, "vault.rotate", to.id), detail });
      });
    });
  }

  /** The key that the secrets are under; null while there is none. Rejects with `vault_off` or `vault_locked`. */
  async #opened(): Promise<VaultKey | null> {
    const key = await this.#keys.opened();
    if (key && !this.#knownUnder) await this.#knowAll(key);
    this.#knownUnder = key;
    return key;
  }

  async #needed(): Promise<VaultKey> {
    await this.#opened();
    return await this.#keys.needed();
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
}

function entry(actor: Actor, action: string, target: string): AuditEntry {
  return { actor, action, target, outcome: "ok" };
}
