// An embeddable core NATS server: its listeners, its connections and its life.

import { randomBytes } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { setImmediate as setImmediatePromise } from "node:timers/promises";
import type { Authenticator } from "./authenticator.ts";
import { ClientConnection } from "./client-connection.ts";
import type { ConnectionHost, ConnectionLimits, TrafficTotals } from "./connection-host.ts";
import type { MonitorSnapshot } from "./monitor.ts";
import { NatsServerError } from "./nats-server-error.ts";
import { randomServerId } from "./nkey.ts";
import { Router } from "./router.ts";
import type { ConnectionIdentity, NatsServerEvent } from "./server-event.ts";
import { TrafficAllowances, type TrafficAllowance, type TrafficRate } from "./traffic-allowance.ts";

export { passwordAuthenticator, tokenAuthenticator } from "./authenticator.ts";
export type {
  Authenticator,
  AuthenticationAttempt,
  AuthenticationOutcome,
  AuthenticatedUser,
  PasswordUser,
} from "./authenticator.ts";
export { jwtAuthenticator, type JwtAuthenticatorOptions } from "./jwt-authenticator.ts";
export type { ConnectionSnapshot, MonitorSnapshot } from "./monitor.ts";
export { NatsServerError, type NatsServerErrorCode } from "./nats-server-error.ts";
export type { PermissionSet, SubjectList } from "./permissions.ts";
export type { ConnectionIdentity, DisconnectReason, NatsServerEvent } from "./server-event.ts";
export type { TrafficRate } from "./traffic-allowance.ts";

export interface ListenAddress {
  host: string;
  /** 0 takes any free port. */
  port: number;
}

export interface NatsServerOptions {
  name?: string;
  /** Bound by `start`. It may be empty; addresses can be added and removed while the server runs. */
  listen?: readonly ListenAddress[];
  /** Without one, everybody may do everything. */
  authenticator?: Authenticator;
  /** 1 MiB. */
  maxPayloadBytes?: number;
  /** 4096, which bounds CONNECT with its JWT too. */
  maxControlLineBytes?: number;
  /** 65,536. */
  maxConnections?: number;
  /** Bytes that may wait for one client before it is closed as a slow consumer; 64 MiB. */
  maxPendingBytes?: number;
  /** Two minutes. */
  pingIntervalMs?: number;
  /** Unanswered PINGs after which a connection is stale; 2. */
  maxPingsOut?: number;
  /** Two seconds. */
  authTimeoutMs?: number;
  /** Asked at each CONNECT. Over the rate a client's socket is not read, so that it waits. Absent, or undefined: no limit. */
  trafficRate?: (connection: ConnectionIdentity) => TrafficRate | undefined;
  /** Asked at each CONNECT: how many connections this user may have at once; one more is closed. Absent, or undefined: no limit. */
  connectionsPerUser?: (connection: ConnectionIdentity) => number | undefined;
  /**
   * Asked for each new connection: how many of its host may be open at once that have not said who they are; one more is closed.
   * Absent, or undefined: no limit. Without an authenticator nobody has to say it.
   */
  unknownPerHost?: (remoteHost: string) => number | undefined;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** Called synchronously; it must not throw. */
  onEvent?: (event: NatsServerEvent) => void;
}

/** By the name in the credential, by its key, or by both; never by nothing. */
export type UserFilter =
  | { user: string; userPublicKey?: string | undefined }
  | { user?: string | undefined; userPublicKey: string };

interface Listener {
  server: Server;
  address: ListenAddress;
}

/** The release of the reference server whose behaviour this one is tested against. */
const REFERENCE_VERSION = "2.9.10";
const NONCE_BYTES = 11;

/**
 * A core NATS server for official clients, without JetStream, clusters and TLS.
 * `start` acquires, `[Symbol.asyncDispose]` closes every listener and connection.
 */
export class NatsServer {
  readonly #options: NatsServerOptions;
  readonly #id = randomServerId();
  readonly #name: string;
  readonly #connections = new Map<number, ClientConnection>();
  readonly #listeners = new Set<Listener>();
  readonly #maxConnections: number;
  readonly #now: () => number;
  readonly #totals: TrafficTotals = {
    inMessages: 0,
    inBytes: 0,
    outMessages: 0,
    outBytes: 0,
    slowConsumers: 0,
    throttled: 0,
  };
  readonly #router = new Router();
  readonly #allowances: TrafficAllowances;
  readonly #toFlush = new Set<ClientConnection>();
  #lastConnectionId = 0;
  #startedAtMs = 0;
  #state: "new" | "running" | "closed" = "new";

  constructor(options: NatsServerOptions) {
    this.#options = options;
    this.#name = options.name ?? this.#id;
    this.#maxConnections = options.maxConnections ?? 65_536;
    this.#now = options.now ?? Date.now;
    this.#allowances = new TrafficAllowances(this.#now);
  }

  /** Binds every address of the options, or none. Rejects with `LISTEN_FAILED`, or with the signal's reason. */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#state !== "new")
      throw new NatsServerError("NOT_RUNNING", "The NATS server was started before; make a new one instead.");
    this.#state = "running";
    this.#startedAtMs = this.#now();
    try {
      for (const address of this.#options.listen ?? []) {
        await this.addListener(address);
        signal.throwIfAborted();
      }
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Binds one more address and resolves to it with its real port. Rejects with `LISTEN_FAILED` or `NOT_RUNNING`. `admits` is asked for
   * each connection, by its remote address (undefined when it has gone already); false closes it before a byte is said.
   */
  async addListener(
    address: ListenAddress,
    admits: (remoteHost: string | undefined) => boolean = () => true,
  ): Promise<ListenAddress> {
    this.#assertRunning(`listen on ${format(address)}`);
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await listen(server, address);
    const bound = server.address();
    const port = bound !== null && typeof bound === "object" ? bound.port : address.port;
    const listener: Listener = { server, address: { host: address.host, port } };
    if (this.#state !== "running") {
      await closeListener(listener);
      this.#assertRunning(`listen on ${format(address)}`);
    }
    server.on("error", (error) =>
      this.#options.onEvent?.({ type: "listener-error", address: listener.address, error }),
    );
    server.on("connection", (socket: Socket) => {
      if (admits(socket.remoteAddress)) this.#accept(socket, listener.address);
      else socket.destroy();
    });
    this.#listeners.add(listener);
    return { ...listener.address };
  }

  /** Stops accepting on an address; connections that came in by it stay. Does nothing for an unknown address. */
  async removeListener(address: ListenAddress): Promise<void> {
    for (const listener of this.#listeners) {
      if (listener.address.host !== address.host || listener.address.port !== address.port) continue;
      this.#listeners.delete(listener);
      // The promise of a full close would wait for the connections that stay.
      void closeListener(listener);
    }
    await setImmediatePromise();
  }

  listeners(): ListenAddress[] {
    return [...this.#listeners].map(({ address }) => ({ host: address.host, port: address.port }));
  }

  monitor(): MonitorSnapshot {
    return {
      serverId: this.#id,
      name: this.#name,
      startedAtMs: this.#startedAtMs,
      connections: [...this.#connections.values()].map((connection) => connection.snapshot()),
      totalConnections: this.#lastConnectionId,
      subscriptions: this.#router.subscriptionCount,
      ...this.#totals,
    };
  }

  /** Closes the connections of these users (all that is given must fit), as after a revocation, and returns how many there were. */
  disconnect({ user, userPublicKey }: UserFilter): number {
    const matching = [...this.#connections.values()].filter(
      ({ identity }) =>
        (user === undefined || identity.user === user) &&
        (userPublicKey === undefined || identity.userPublicKey === userPublicKey),
    );
    for (const connection of matching) connection.close("revoked", "User Authentication Revoked");
    return matching.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = "closed";
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const connection of this.#connections.values()) connection.close("server-shutdown");
    await Promise.all(listeners.map(closeListener));
  }

  #accept(socket: Socket, address: ListenAddress): void {
    const nonce = this.#options.authenticator?.usesNonce ? randomBytes(NONCE_BYTES).toString("base64url") : "";
    const connection = new ClientConnection(this.#hostFor(address), socket, ++this.#lastConnectionId, nonce);
    if (this.#connections.size >= this.#maxConnections || this.#isDoorFull(connection)) {
      connection.open({ reason: "max-connections-exceeded", error: "maximum connections exceeded" });
      return;
    }
    this.#connections.set(connection.id, connection);
    connection.open();
  }

  #hostFor(address: ListenAddress): ConnectionHost {
    const options = this.#options;
    const limits: ConnectionLimits = {
      maxPayloadBytes: options.maxPayloadBytes ?? 1_048_576,
      maxControlLineBytes: options.maxControlLineBytes ?? 4096,
      maxPendingBytes: options.maxPendingBytes ?? 67_108_864,
      pingIntervalMs: options.pingIntervalMs ?? 120_000,
      maxPingsOut: options.maxPingsOut ?? 2,
      authTimeoutMs: options.authTimeoutMs ?? 2000,
    };
    return {
      router: this.#router,
      authenticator: options.authenticator,
      limits,
      totals: this.#totals,
      now: this.#now,
      describe: (connection, maxPayloadBytes) => this.#describe(connection, maxPayloadBytes, address),
      flushLater: (connection) => this.#flushLater(connection),
      allowanceOf: (connection) => this.#allowanceOf(connection),
      isOneTooMany: (connection) => this.#isOneTooMany(connection),
      report: (event) => options.onEvent?.(event),
      forget: (connection) => {
        this.#connections.delete(connection.id);
        this.#toFlush.delete(connection);
      },
    };
  }

  #isDoorFull({ remoteHost }: ClientConnection): boolean {
    const { authenticator, unknownPerHost } = this.#options;
    const most = authenticator && unknownPerHost?.(remoteHost);
    if (most === undefined) return false;
    let waiting = 0;
    for (const other of this.#connections.values()) {
      if (other.remoteHost === remoteHost && !other.isKnown) waiting++;
    }
    return waiting >= most;
  }

  #isOneTooMany(connection: ConnectionIdentity): boolean {
    const most = this.#options.connectionsPerUser?.(connection);
    if (most === undefined || connection.userPublicKey === undefined) return false;
    const others = [...this.#connections.values()].filter(
      ({ id, identity }) => id !== connection.id && identity.userPublicKey === connection.userPublicKey,
    );
    return others.length >= most;
  }

  #allowanceOf(connection: ConnectionIdentity): TrafficAllowance | undefined {
    const rate = this.#options.trafficRate?.(connection);
    // Who has no key of its own is limited by connection.
    return rate && this.#allowances.of(rate.sharedBy ?? connection.userPublicKey ?? `#${connection.id}`, rate);
  }

  #describe(connection: ClientConnection, maxPayloadBytes: number, address: ListenAddress): string {
    const info = {
      server_id: this.#id,
      server_name: this.#name,
      version: REFERENCE_VERSION,
      proto: 1,
      go: `node ${process.version}`,
      host: address.host,
      port: address.port,
      headers: true,
      ...(this.#options.authenticator && { auth_required: true }),
      max_payload: maxPayloadBytes,
      client_id: connection.id,
      client_ip: connection.remoteAddress.replace(/:\d+$/, ""),
      ...(connection.nonce !== "" && { nonce: connection.nonce }),
    };
    return `INFO ${Buffer.from(JSON.stringify(info), "utf8").toString("latin1")} \r\n`;
  }

  /** One flush for all that the sockets readable at this moment have caused: many small messages leave in one write. */
  #flushLater(connection: ClientConnection): void {
    if (this.#toFlush.size === 0) setImmediate(this.#flushAll);
    this.#toFlush.add(connection);
  }

  readonly #flushAll = (): void => {
    for (const connection of this.#toFlush) connection.flush();
    this.#toFlush.clear();
  };

  #assertRunning(attempt: string): void {
    if (this.#state === "running") return;
    throw new NatsServerError("NOT_RUNNING", `Cannot ${attempt}: the NATS server is not running; call start first.`);
  }
}

function listen(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: Error) => {
      const advice = "check that the address belongs to this machine and that no other process uses the port";
      reject(
        new NatsServerError("LISTEN_FAILED", `Cannot listen on ${format(address)} (${cause.message}); ${advice}.`, {
          cause,
        }),
      );
    };
    server.once("error", onError);
    server.listen(address.port, address.host, () => {
      server.off("error", onError);
      resolve();
    });
  });
}

function closeListener({ server }: Listener): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function format(address: ListenAddress): string {
  return `${address.host}:${address.port}`;
}
