/** The runner's NATS connection: it never gives up, and it says when it is there again. */
import { errors, jwtAuthenticator, type Msg, type NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { backoffMs, sleep } from "./backoff.ts";
import type { CredentialKeeper } from "./credential-keeper.ts";
import type { Logger } from "./logger.ts";
import { errorMessage } from "./runner-error.ts";
import { SignalFlag } from "./signal-flag.ts";

export interface BusOptions {
  credentials: CredentialKeeper;
  name: string;
  logger: Logger;
}

/** Gets one message's text; what it resolves to is the reply, nothing when it is undefined. It must not throw. */
export type Responder = (text: string) => Promise<unknown>;

const connectTimeoutMs = 5_000;
const pingIntervalMs = 10_000;
const firstReconnectMs = 50;
const maxReconnectMs = 1_000;

/**
 * Wraps the client for three things it does not do: the JWT is renewed when the server refuses it, a connection that closed
 * for good is made anew, and nothing is buffered while the server is away (callers wait for `whenConnected`).
 */
export class Bus implements AsyncDisposable {
  readonly #options: BusOptions;
  readonly #connected = new SignalFlag();
  readonly #responders = new Map<string, Responder>();
  readonly #stop = new AbortController();
  #connection: NatsConnection | null = null;
  #life: Promise<void> | null = null;
  #reconnects = 0;
  #onConnected: () => void = () => {};

  constructor(options: BusOptions) {
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#connected.isUp;
  }

  /** The largest message the server takes. */
  get maxPayloadBytes(): number {
    return this.#connection?.info?.max_payload ?? 1024 * 1024;
  }

  /** Connects in the background; `onConnected` is called for the first connection and after every reconnect. */
  start(onConnected: () => void): void {
    this.#onConnected = onConnected;
    this.#life ??= this.#live(this.#stop.signal);
  }

  /** Answers every message of `subject`, on this and on later connections. To be called before `start`. */
  respond(subject: string, responder: Responder): void {
    this.#responders.set(subject, responder);
  }

  whenConnected(signal: AbortSignal): Promise<void> {
    return this.#connected.whenUp(signal);
  }

  /** Fire and forget; false when there is no connection, then nothing is kept. */
  publish(subject: string, value: unknown): boolean {
    if (!this.#connected.isUp || !this.#connection) return false;
    this.#connection.publish(subject, JSON.stringify(value));
    return true;
  }

  /** Waits for a connection, sends once and resolves to the reply's parsed JSON. Rejects with what NATS or the signal says. */
  async request(subject: string, value: unknown, timeoutMs: number, signal: AbortSignal): Promise<unknown> {
    await this.whenConnected(signal);
    const connection = this.#connection;
    if (!connection) throw new Error("the NATS connection is being replaced");
    const reply = await connection.request(subject, JSON.stringify(value), { timeout: timeoutMs });
    return reply.json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException("stopped", "AbortError"));
    await this.#connection?.close().catch(() => {});
    await this.#life;
  }

  async #live(signal: AbortSignal): Promise<void> {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        const connection = await this.#connect(signal, attempt > 1);
        attempt = 1;
        const closed = await connection.closed();
        if (!signal.aborted)
          this.#options.logger.warn(
            { error: closed instanceof Error ? closed.message : undefined },
            "the NATS connection closed for good, making a new one",
          );
      } catch (error) {
        if (!signal.aborted) this.#options.logger.warn({ error: errorMessage(error) }, "cannot connect to NATS");
      }
      this.#connected.lower();
      await sleep(backoffMs(attempt, firstReconnectMs, maxReconnectMs), signal).catch(() => {});
    }
  }

  async #connect(signal: AbortSignal, renewFirst: boolean): Promise<NatsConnection> {
    const { credentials, name } = this.#options;
    const credential = (renewFirst ? null : credentials.current) ?? (await credentials.renew(signal));
    const connection = await connect({
      servers: credential.natsUrl,
      name,
      inboxPrefix: credential.inboxPrefix,
      // Functions, so that each reconnect signs in with the newest JWT.
      authenticator: jwtAuthenticator(
        () => (credentials.current ?? credential).jwt,
        () => (credentials.current ?? credential).seed,
      ),
      ignoreAuthErrorAbort: true,
      maxReconnectAttempts: -1,
      reconnectDelayHandler: () => backoffMs(Math.min((this.#reconnects += 1), 16), firstReconnectMs, maxReconnectMs),
      ignoreClusterUpdates: true,
      timeout: connectTimeoutMs,
      pingInterval: pingIntervalMs,
      maxPingOut: 2,
      noAsyncTraces: true,
    });
    if (signal.aborted) {
      await connection.close();
      signal.throwIfAborted();
    }
    this.#connection = connection;
    void this.#watch(connection, credential.natsUrl, signal);
    for (const [subject, responder] of this.#responders)
      connection.subscribe(subject, {
        callback: (error, message) => {
          if (!error) void this.#respond(message, responder);
        },
      });
    await connection.flush();
    this.#announce();
    return connection;
  }

  #announce(): void {
    this.#reconnects = 0;
    this.#connected.raise();
    this.#onConnected();
  }

  async #respond(message: Msg, responder: Responder): Promise<void> {
    try {
      const reply = await responder(message.string());
      if (reply !== undefined && message.reply) message.respond(JSON.stringify(reply));
    } catch (error) {
      // Only a closing connection or a reply over the server's limit ends here; the host's request times out and is repeated.
      this.#options.logger.warn({ subject: message.subject, error: errorMessage(error) }, "could not reply");
    }
  }

  async #watch(connection: NatsConnection, url: string, signal: AbortSignal): Promise<void> {
    const { credentials, logger } = this.#options;
    const renew = async (): Promise<void> => {
      const renewed = await credentials.renew(signal).catch(() => null);
      if (renewed && renewed.natsUrl !== url) await connection.close();
    };
    for await (const status of connection.status()) {
      if (status.type === "disconnect") {
        this.#connected.lower();
        logger.warn({}, "disconnected from NATS");
        // A gateway that comes back elsewhere is found only by asking; while it is away this waits for it.
        void renew();
      } else if (status.type === "reconnect") {
        logger.info({}, "reconnected to NATS");
        this.#announce();
      } else if (status.type === "error") {
        logger.warn({ error: errorMessage(status.error) }, "NATS refused something");
        if (
          status.error instanceof errors.AuthorizationError ||
          status.error instanceof errors.UserAuthenticationExpiredError
        )
          void renew();
      }
    }
  }
}
