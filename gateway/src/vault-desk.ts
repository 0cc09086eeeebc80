/** What people do with the vault, over the page or the command line: the change, its line in the audit log, and what it means for sandboxes that run. */
import type { SecretDelivery, VaultChange, VaultView } from "@praktor/protocol/vault";
import type { Actor, Audit } from "./kit/audit.ts";
import { PraktorError } from "./kit/praktor-error.ts";
import type { GroupStore } from "./store/contract/group-store.ts";
import { keptName } from "./vault/secret-rules.ts";
import type { Vault } from "./vault/vault.ts";

export interface VaultDeskOptions {
  vault: Vault;
  audit: Audit;
  groups: Pick<GroupStore, "get" | "list">;
  /** Brings a change to the groups' sandboxes. */
  refresh: (groupIds: readonly string[]) => Promise<{ restarted: string[]; later: string[] }>;
}

/** Of the groups, when one is asked for that does not exist. */
const mostNamed = 20;

/** Methods reject with a `PraktorError` that may be shown. Values go in; only `reveal` gives one out. */
export class VaultDesk {
  readonly #options: VaultDeskOptions;

  constructor(options: VaultDeskOptions) {
    this.#options = options;
  }

  async view(): Promise<VaultView> {
    const { vault, groups } = this.#options;
    const [state, secrets, known] = await Promise.all([vault.state(), vault.list(), groups.list()]);
    const names = new Map(known.map(({ id, name }) => [id, name]));
    return {
      state: state.state,
      reason: state.state === "open" ? null : state.reason,
      secrets: secrets.map(({ name, createdAt, updatedAt, assignments }) => ({
        name,
        created: new Date(createdAt).toISOString(),
        updated: new Date(updatedAt).toISOString(),
        groups: assignments.map(({ groupId, delivery, target }) => ({
          group_id: groupId,
          group_name: names.get(groupId) ?? groupId,
          delivery,
          target,
        })),
      })),
    };
  }

  async set(name: string, value: string, actor: Actor): Promise<VaultChange> {
    return await this.#audited({ actor, action: "vault.set", target: keptName(name) }, async () =>
      this.#changed(await this.#options.vault.set(name, value, actor)),
    );
  }

  async remove(name: string, actor: Actor): Promise<VaultChange> {
    return await this.#audited({ actor, action: "vault.delete", target: name }, async () => {
      const groups = await this.#options.vault.remove(name, actor);
      if (groups) return await this.#changed(groups);
      throw new PraktorError("not_found", `There is no secret ${name}.`);
    });
  }

  async assign(
    name: string,
    groupId: string,
    place: { delivery: SecretDelivery; target: string | undefined },
    actor: Actor,
  ): Promise<VaultChange> {
    return await this.#audited({ actor, action: "vault.assign", target: name, groupId }, async () => {
      const group = await this.#options.groups.get(groupId);
      if (!group) throw await this.#noGroup(groupId);
      if (group.kind === "task") {
        throw new PraktorError("invalid", "A task's own sandbox is given what its group is given.", {
          hint: `Assign ${name} to the group ${group.parentId ?? ""}.`,
        });
      }
      const { delivery, target = name } = place;
      await this.#options.vault.assign({ secretName: name, groupId, delivery, target }, actor);
      return await this.#changed([groupId]);
    });
  }

  async unassign(name: string, groupId: string, actor: Actor): Promise<VaultChange> {
    return await this.#audited({ actor, action: "vault.unassign", target: name, groupId }, async () => {
      if (await this.#options.vault.unassign(name, groupId, actor)) return await this.#changed([groupId]);
      throw new PraktorError("not_found", `Group "${groupId}" was not given ${name}.`);
    });
  }

  async reveal(name: string, actor: Actor): Promise<string> {
    return await this.#audited({ actor, action: "vault.reveal", target: name }, async () => {
      const value = await this.#options.vault.reveal(name);
      this.#options.audit.record({ actor, action: "vault.reveal", target: name, outcome: "ok" });
      return value;
    });
  }

  /** `passphrase` null: for a key file, which is made anew. */
  async rotate(passphrase: string | null, actor: Actor): Promise<void> {
    await this.#audited({ actor, action: "vault.rotate" }, () => this.#options.vault.rotate(passphrase, actor));
  }

  async #noGroup(groupId: string): Promise<PraktorError> {
    const known = (await this.#options.groups.list()).slice(0, mostNamed).map(({ id, name }) => `${id} (${name})`);
    const hint =
      known.length === 0
        ? "There is none yet: a chat becomes one with its first message."
        : `Groups are named by their ids: ${known.join(", ")}.`;
    return new PraktorError("not_found", `There is no group "${groupId}".`, { hint });
  }

  async #changed(groupIds: readonly string[]): Promise<VaultChange> {
    const { restarted, later } = await this.#options.refresh(groupIds);
    return { restarted, restart_later: later };
  }

  /** What succeeds is kept with the change itself; here is kept what did not. */
  async #audited<T>(
    entry: { actor: Actor; action: string; target?: string; groupId?: string },
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const isRefusal = error instanceof PraktorError;
      const detail = isRefusal ? error.message : null;
      this.#options.audit.record({ ...entry, outcome: isRefusal ? "refused" : "failed", detail });
      throw error;
    }
  }
}
