/** A started bus – on the embedded server or on a real `nats-server` – and clients with the credentials of sandboxes. */
import { jwtAuthenticator } from "@nats-io/nats-core";
import { createUser, fromSeed, type KeyPair } from "@nats-io/nkeys";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { operatorModeConfig } from "@praktor/nats-server/testing/credentials";
import { startReferenceServer } from "@praktor/nats-server/testing/reference-server";
import { systemClock, type Clock } from "../../kit/clock.ts";
import { silentLogger, type Logger } from "../../kit/logger.ts";
import { Account } from "../account.ts";
import { Bus } from "../bus.ts";

export type ServerKind = "embedded" | "nats-server";

export interface SandboxClient {
  jwt: string;
  connection: NatsConnection;
  userPublicKey: string;
  inboxPrefix: string;
}

export class BusBench implements AsyncDisposable {
  readonly seed = Account.newSeed();
  readonly account: Account;
  readonly revoked = new Set<string>();
  /** Replaced by a test that asks who really decides. */
  isRevoked = (userPublicKey: string, _sandboxId: string): boolean => this.revoked.has(userPublicKey);
  /** By sandbox. */
  readonly #groups = new Map<string, string>();
  readonly #stack = new AsyncDisposableStack();
  #bus: Bus | undefined;
  address = "";

  constructor(clock: Clock) {
    this.account = new Account(this.seed, clock);
  }

  static async start(kind: ServerKind, clock: Clock = systemClock, logger: Logger = silentLogger): Promise<BusBench> {
    const bench = new BusBench(clock);
    const external = kind === "embedded" ? undefined : await bench.#external();
    const bus = new Bus({
      account: bench.account,
      clock,
      logger,
      isRevoked: (userPublicKey, sandboxId) => bench.isRevoked(userPublicKey, sandboxId),
      isOf: (sandboxId, groupId) => bench.#groups.get(sandboxId) === groupId,
      ...(external === undefined ? {} : { external: { url: external } }),
    });
    bench.#bus = bench.#stack.use(bus);
    await bus.start(AbortSignal.timeout(10_000));
    const listener = await bus.listen({ host: "127.0.0.1", port: 0 }, () => true);
    bench.address = external ?? `${listener.host}:${listener.port}`;
    return bench;
  }

  get bus(): Bus {
    if (!this.#bus) throw new Error("the bench was not started");
    return this.#bus;
  }

  /** Sees everything in the account. */
  async witness(): Promise<NatsConnection> {
    const { jwt, seed } = await this.account.gatewayUser();
    return this.#own(await connect({ servers: this.address, authenticator: jwtAuthenticator(jwt, seed) }));
  }

  async sandbox(
    groupId: string,
    change: { sandboxId?: string; lifeMs?: number; swarmId?: string; keys?: KeyPair } = {},
  ): Promise<SandboxClient> {
    const keys = change.keys ?? createUser();
    const userPublicKey = keys.getPublicKey();
    const { sandboxId = `sandbox${groupId}` } = change;
    this.#groups.set(sandboxId, groupId);
    const { jwt, inboxPrefix } = await this.account.sandboxUser({
      groupId,
      sandboxId,
      userPublicKey,
      lifeMs: change.lifeMs ?? 3_600_000,
      swarmId: change.swarmId ?? null,
    });
    const connection = this.#own(
      await connect({
        servers: this.address,
        inboxPrefix,
        authenticator: jwtAuthenticator(jwt, keys.getSeed()),
        reconnect: false,
      }),
    );
    return { jwt, connection, userPublicKey, inboxPrefix };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  #own(connection: NatsConnection): NatsConnection {
    this.#stack.defer(() => connection.close());
    return connection;
  }

  async #external(): Promise<string> {
    const keys = fromSeed(new TextEncoder().encode(this.seed));
    const config = await operatorModeConfig(keys);
    return `127.0.0.1:${this.#stack.use(await startReferenceServer(config, AbortSignal.timeout(10_000))).port}`;
  }
}
