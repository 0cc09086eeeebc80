/** The gateway's connection to NATS: JSON in and out, parsed at the border, over the embedded server or an external one. */
import { readFile } from "node:fs/promises";
import {
  credsAuthenticator,
  jwtAuthenticator,
  type Authenticator,
  type Msg,
  type NatsConnection,
} from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { NatsServer, type ListenAddress, type MonitorSnapshot, type UserFilter } from "@praktor/nats-server";
import { jwtAuthenticator as serverJwtAuthenticator } from "@praktor/nats-server";
import type { z } from "zod";
import { Background } from "../kit/background.ts";
import type { Clock } from "../kit/clock.ts";
import { abortable, deadline } from "../kit/deadline.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import type { Account } from "./account.ts";
import { parseJson } from "./parse-json.ts";
import { SandboxMessages, type BusHandler } from "./sandbox-messages.ts";

export interface BusOptions {
  account: Account;
  clock: Clock;
  logger: Logger;
  /** Absent: the embedded server. */
  external?: { url: string; credsFile?: string };
  isRevoked: (userPublicKey: string, sandboxId: string) => boolean;
  /** Whether the sandbox lives and is that group's. */
  isOf: (sandboxId: string, groupId: string) => boolean;
}

/** Of one sandbox: a busy one sends some sixty a second. */
const sandboxTraffic = { operationsPerSecond: 500, burst: 2_000 };

/** Of one sandbox: its runner has one, and each `ptask` another for a moment. */
const sandboxConnections = 32;
/** From one address, before they say who they are. On loopback everybody comes from the same: one could shut out the others. */
const unknownConnections = 128;
const flushTimeoutMs = 5_000;

export type BusErrorCode = "no_responder" | "timeout" | "payload_too_large" | "bad_reply" | "disconnected";

export class Bus implements AsyncDisposable {
  readonly #options: BusOptions;
  readonly #logger: Logger;
  readonly #server: NatsServer | null;
  readonly #background: Background;
  readonly #fromSandboxes: SandboxMessages;
  #connection: NatsConnection | null = null;
  #connected = false;

  constructor(options: BusOptions) {
    this.#options = options;
    this.#logger = options.logger;
    this.#background = new Background((error) => this.#logger.error({ error }, "a NATS subscription failed"));
    this.#fromSandboxes = new SandboxMessages({
      ...options,
      background: this.#background,
      connection: () => this.#required(),
    });
    this.#server = options.external
      ? null
      : new NatsServer({
          name: "praktor",
          authenticator: serverJwtAuthenticator({
            accountPublicKey: options.account.publicKey,
            isRevoked: options.isRevoked,
          }),
          // A sandbox may have one key after the other certified: its name stays.
          trafficRate: ({ userPublicKey, user }) =>
            userPublicKey === options.account.gatewayPublicKey ? undefined : { ...sandboxTraffic, sharedBy: user },
          connectionsPerUser: ({ userPublicKey }) =>
            userPublicKey === options.account.gatewayPublicKey ? undefined : sandboxConnections,
          unknownPerHost: (host) => (/^(?:::ffff:)?127\.|^::1$/.test(host) ? undefined : unknownConnections),
          onEvent: (event) => this.#logger.debug({ event }, "nats server"),
        });
  }

  get embedded(): boolean {
    return this.#server !== null;
  }

  async start(signal: AbortSignal): Promise<void> {
    const address = await this.#address(signal);
    this.#connection = await connect({
      servers: address,
      name: "gateway",
      authenticator: await this.#authenticator(),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      ignoreAuthErrorAbort: true,
    });
    this.#connected = true;
    const connection = this.#connection;
    this.#background.run(async () => {
      for await (const status of connection.status()) {
        if (status.type === "disconnect") this.#connected = false;
        if (status.type === "reconnect") this.#connected = true;
        this.#logger.debug({ status: status.type }, "nats connection");
      }
    });
  }

  /** Lets those in on one more address whom `admits` does. With an external server there is nothing to open. Returns the real port. */
  async listen(address: ListenAddress, admits: (remoteHost: string | undefined) => boolean): Promise<ListenAddress> {
    return this.#server ? await this.#server.addListener(address, admits) : address;
  }

  async unlisten(address: ListenAddress): Promise<void> {
    await this.#server?.removeListener(address);
  }

  /** Ends the connections of a user that is no longer wanted; a sandbox's `user` is its id, under whatever key. */
  disconnect(filter: UserFilter): void {
    this.#server?.disconnect(filter);
  }

  /** Of this group, nothing that waits is worked on any more: its sandbox has stopped. What is at work goes on. */
  forget(groupId: string): void {
    this.#fromSandboxes.drop(groupId);
    // And what was on its way to the gateway.
    this.#background.run(async (signal) => {
      const flushed = this.#connection?.flush();
      // Cut off, nothing is on its way. A connection that is closed meanwhile leaves a flush without an answer for ever.
      if (flushed) await abortable(flushed, deadline(signal, flushTimeoutMs)).catch(() => {});
      this.#fromSandboxes.drop(groupId);
    });
  }

  monitor(): MonitorSnapshot | null {
    return this.#server?.monitor() ?? null;
  }

  health(): { ok: boolean; detail: string } {
    const kind = this.embedded ? "embedded" : "external";
    return this.#connected
      ? { ok: true, detail: `NATS is connected (${kind}).` }
      : { ok: false, detail: `The ${kind} NATS server is not reachable; it is tried again all the time.` };
  }

  /** Publishes and forgets: what is lost was not needed. */
  publish(subject: string, value: unknown): void {
    try {
      this.#connection?.publish(subject, JSON.stringify(value));
    } catch (error) {
      this.#logger.debug({ error: errorMessage(error), subject }, "a NATS message was not published");
    }
  }

  /** Rejects with `PraktorError<BusErrorCode>`. `no_responder` is known at once: nobody listens to the subject. */
  async request<Reply>(
    subject: string,
    value: unknown,
    reply: z.ZodType<Reply>,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Reply> {
    const message = await abortable(this.#request(subject, JSON.stringify(value), timeoutMs), signal);
    const parsed = reply.safeParse(parseJson(message));
    if (parsed.success) return parsed.data;
    throw new PraktorError("bad_reply", `The reply on ${subject} has an unknown shape: ${parsed.error.message}`);
  }

  /**
   * Each message starts the handler at once, a subject's side by side up to a bound; then its next ones wait, up to a bound, while
   * other subjects are not held up. A handler that rejects is logged; the sender gets no reply and asks again.
   */
  subscribe(subject: string, handle: BusHandler): void {
    this.#fromSandboxes.subscribe(subject, handle);
  }

  /** The same for questions: they get a part of the event loop's time, sandboxes by turns, and what is too much is refused at once. */
  answer(subject: string, handle: BusHandler): void {
    this.#fromSandboxes.answer(subject, handle);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const disposed = this.#background[Symbol.asyncDispose]();
    await this.#connection?.close();
    await disposed;
    await this.#server?.[Symbol.asyncDispose]();
    this.#connection = null;
  }

  #required(): NatsConnection {
    if (!this.#connection) throw new PraktorError("disconnected", "The bus was used before it was started.");
    return this.#connection;
  }

  async #request(subject: string, payload: string, timeoutMs: number): Promise<Msg> {
    try {
      return await this.#required().request(subject, payload, { timeout: timeoutMs });
    } catch (error) {
      throw translate(error, subject);
    }
  }

  async #address(signal: AbortSignal): Promise<string> {
    if (!this.#server) return this.#options.external?.url ?? "";
    await this.#server.start(signal);
    const { host, port } = await this.#server.addListener({ host: "127.0.0.1", port: 0 });
    return `${host}:${port}`;
  }

  async #authenticator(): Promise<Authenticator> {
    const credsFile = this.#options.external?.credsFile;
    if (credsFile) return credsAuthenticator(await readFile(credsFile));
    const user = await this.#options.account.gatewayUser();
    return jwtAuthenticator(user.jwt, user.seed);
  }
}

/** The client's error classes, as one code each. */
function translate(error: unknown, subject: string): PraktorError<BusErrorCode> {
  const message = errorMessage(error);
  const name = error instanceof Error ? error.name : "";
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.name : "";
  if (name === "NoRespondersError" || cause === "NoRespondersError" || message.includes("no responders")) {
    return new PraktorError("no_responder", `Nobody listens on ${subject}.`, { cause: error });
  }
  if (name === "TimeoutError")
    return new PraktorError("timeout", `No reply came on ${subject} in time.`, { cause: error });
  if (message.includes("payload")) {
    return new PraktorError("payload_too_large", `The message for ${subject} is larger than NATS allows.`, {
      cause: error,
    });
  }
  return new PraktorError("disconnected", `The request on ${subject} failed: ${message}`, { cause: error });
}
