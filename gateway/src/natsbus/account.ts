/** The NATS account of this installation: its key signs one user for the gateway and short-lived ones for the sandboxes. */
import { encodeUser } from "@nats-io/jwt";
import { createAccount, createUser, fromSeed, type KeyPair } from "@nats-io/nkeys";
import { sandboxInboxPrefix } from "@praktor/protocol/subjects";
import * as subjects from "@praktor/protocol/subjects";
import type { Clock } from "../kit/clock.ts";

/** How long a sandbox may answer a request that the host sent it, in the JWT's nanoseconds: the longest request is a file transfer. */
const replyTtlNanoseconds = 10 * 60 * 1_000_000_000;
/** A sandbox has a handful of subscriptions; ptask and the runner share the identity. */
const maxSubscriptions = 200;

export interface UserCredential {
  jwt: string;
  /** The user's own seed, to sign the server's nonce. */
  seed: Uint8Array;
}

export class Account {
  readonly publicKey: string;
  /** The gateway's own user: made anew in each life. */
  readonly gatewayPublicKey: string;
  readonly #gateway = createUser();
  readonly #keys: KeyPair;
  readonly #clock: Clock;

  constructor(seed: string, clock: Clock) {
    this.#keys = fromSeed(new TextEncoder().encode(seed));
    this.publicKey = this.#keys.getPublicKey();
    this.gatewayPublicKey = this.#gateway.getPublicKey();
    this.#clock = clock;
  }

  static newSeed(): string {
    return new TextDecoder().decode(createAccount().getSeed());
  }

  /** A user that may do everything in the account; it lives as long as this process. */
  async gatewayUser(): Promise<UserCredential> {
    const jwt = await encodeUser("gateway", this.gatewayPublicKey, this.#seed(), {}, {});
    return { jwt, seed: this.#gateway.getSeed() };
  }

  /** A user for exactly one sandbox's subjects: identity is this credential, never a field of a message. */
  async sandboxUser(sandbox: {
    groupId: string;
    sandboxId: string;
    userPublicKey: string;
    lifeMs: number;
    /** Set for a member of a swarm: it speaks to its swarm, and asks the host for nothing else. */
    swarmId?: string | null;
  }): Promise<{ jwt: string; expiresAt: number; inboxPrefix: string }> {
    const { groupId } = sandbox;
    const { swarmId = null } = sandbox;
    const asks = swarmId === null ? subjects.hostIpc(groupId) : subjects.swarmMember(swarmId, groupId);
    const inboxPrefix = sandboxInboxPrefix(sandbox.sandboxId);
    const expiresAtSeconds = Math.ceil((this.#clock.now() + sandbox.lifeMs) / 1000);
    const jwt = await encodeUser(
      sandbox.sandboxId,
      sandbox.userPublicKey,
      this.#seed(),
      {
        pub: { allow: [subjects.agentOutput(groupId), subjects.agentReady(groupId), asks] },
        sub: { allow: [subjects.agentInput(groupId), subjects.agentControl(groupId), `${inboxPrefix}.>`] },
        resp: { max: 1, ttl: replyTtlNanoseconds },
        subs: maxSubscriptions,
      },
      { exp: expiresAtSeconds },
    );
    return { jwt, expiresAt: expiresAtSeconds * 1000, inboxPrefix };
  }

  #seed(): string {
    return new TextDecoder().decode(this.#keys.getSeed());
  }
}
