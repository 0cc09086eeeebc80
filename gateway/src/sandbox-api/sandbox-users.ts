/** The NATS users of the sandboxes that may be there: issued under a sandbox's token, renewed while it lives, refused once it was stopped. */
import type { CredentialReply } from "@praktor/protocol/sandbox-endpoint";
import type { Account } from "../natsbus/account.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import type { GroupStore } from "../store/contract/group-store.ts";
import type { SandboxStore } from "../store/contract/sandbox-store.ts";

type Disconnect = (filter: { user: string; userPublicKey?: string }) => void;
type UserStore = Pick<SandboxStore, "live" | "setNatsUser" | "get">;

export class SandboxUsers {
  readonly #store: UserStore;
  readonly #account: Account;
  readonly #groups: Pick<GroupStore, "get">;
  readonly #lifeMs: number;
  /** Ends the connections of a sandbox: of one of its keys, or of all that it ever had. */
  readonly #disconnect: Disconnect;
  /** By sandbox: each has one key, the newest. */
  readonly #users = new Map<string, { groupId: string; userPublicKey: string }>();

  constructor(
    store: UserStore,
    groups: Pick<GroupStore, "get">,
    account: Account,
    lifeMs: number,
    disconnect: Disconnect,
  ) {
    this.#disconnect = disconnect;
    this.#groups = groups;
    this.#store = store;
    this.#account = account;
    this.#lifeMs = lifeMs;
  }

  /** The users that an earlier life of the gateway issued and whose sandboxes may still run. */
  async load(): Promise<void> {
    for (const { id, groupId, natsUser } of await this.#store.live()) {
      if (natsUser !== null) this.#users.set(id, { groupId, userPublicKey: natsUser });
    }
  }

  /** Rejects with `stopped` when the sandbox was stopped meanwhile. */
  async issue(
    sandbox: { id: string; groupId: string },
    userPublicKey: string,
    natsUrl: string,
  ): Promise<CredentialReply> {
    const group = await this.#groups.get(sandbox.groupId);
    const { jwt, expiresAt, inboxPrefix } = await this.#account.sandboxUser({
      groupId: sandbox.groupId,
      sandboxId: sandbox.id,
      userPublicKey,
      lifeMs: this.#lifeMs,
      swarmId: group?.swarmId ?? null,
    });
    const former = this.#users.get(sandbox.id)?.userPublicKey;
    this.#users.set(sandbox.id, { groupId: sandbox.groupId, userPublicKey });
    // A runner keeps its key: another one is not there to have the bounds of a sandbox twice.
    if (former !== undefined && former !== userPublicKey) this.#disconnect({ user: sandbox.id, userPublicKey: former });
    await this.#store.setNatsUser(sandbox.id, userPublicKey);
    const row = await this.#store.get(sandbox.id);
    if (!row || row.status === "stopped") {
      // Its revocation may have been before this key was noted: nobody else would take it back.
      this.revoke(sandbox.id);
      throw new PraktorError("stopped", "The sandbox was stopped.");
    }
    return { jwt, expires_ms: expiresAt, inboxPrefix, natsUrl };
  }

  /** Anyone whose key is not the newest of the living sandbox that he says he is, or the gateway's own. */
  isRevoked(userPublicKey: string, sandboxId: string): boolean {
    return (
      userPublicKey !== this.#account.gatewayPublicKey && userPublicKey !== this.#users.get(sandboxId)?.userPublicKey
    );
  }

  /** Whether it has a credential as that group's sandbox, and was not stopped. */
  isOf(sandboxId: string, groupId: string): boolean {
    return this.#users.get(sandboxId)?.groupId === groupId;
  }

  /** By sandbox, not by key: it may have had several, and share one with another sandbox. */
  revoke(sandboxId: string): void {
    this.#users.delete(sandboxId);
    this.#disconnect({ user: sandboxId });
  }
}
