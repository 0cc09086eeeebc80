// One client: what each of its operations does, what it is sent, and how it ends.

import type { Socket } from "node:net";
import type { AuthenticatedUser, Authenticator } from "./authenticator.ts";
import { defaultConnectOptions, readConnectOptions, type ConnectOptions } from "./connect-options.ts";
import { KeepAlive } from "./keep-alive.ts";
import type { ConnectionSnapshot } from "./monitor.ts";
import { OutboundQueue } from "./outbound-queue.ts";
import { Permissions } from "./permissions.ts";
import { ProtocolParser, type ProtocolFailure, type ProtocolHandler, type Publication } from "./protocol-parser.ts";
import type { Router } from "./router.ts";
import type { ConnectionIdentity, DisconnectReason, NatsServerEvent } from "./server-event.ts";
import { hasWildcard, isValidSubject, quoteSubject } from "./subject.ts";
import type { Subscription } from "./subscription.ts";

/** What a connection needs of the server that accepted it. */
export interface ConnectionHost {
  readonly router: Router;
  readonly authenticator: Authenticator | undefined;
  readonly limits: ConnectionLimits;
  readonly totals: TrafficTotals;
  readonly now: () => number;
  /** The INFO line for this client, with its payload limit. */
  describe(connection: ClientConnection, maxPayloadBytes: number): string;
  /** Asks for a flush when the events at hand are handled. */
  flushLater(connection: ClientConnection): void;
  report(event: NatsServerEvent): void;
  forget(connection: ClientConnection): void;
}

export interface ConnectionLimits {
  maxPayloadBytes: number;
  maxControlLineBytes: number;
  maxPendingBytes: number;
  pingIntervalMs: number;
  maxPingsOut: number;
  authTimeoutMs: number;
}

export interface TrafficTotals {
  inMessages: number;
  inBytes: number;
  outMessages: number;
  outBytes: number;
  slowConsumers: number;
}

const CLOSE_GRACE_MS = 1000;
const LONGEST_TIMER_MS = 2_147_483_647;
const LETTER_C = 0x43;
const SYSTEM_QUEUE = "_sys_";
/** A producer whose consumer is behind waits for it, but never so long that one consumer can stop it. */
const STALL_MS = 10;
/** Subjects that the reference server keeps for traffic between servers. */
const RESERVED_PUBLISH_PREFIX = "_GR_.";
const RESERVED_REPLY_PREFIXES = ["_R_.", "_GR_.", "$JS.ACK."];

export class ClientConnection implements ProtocolHandler {
  readonly id: number;
  readonly nonce: string;
  readonly remoteAddress: string;
  readonly #host: ConnectionHost;
  readonly #socket: Socket;
  readonly #parser: ProtocolParser;
  readonly #queue: OutboundQueue;
  readonly #keepAlive: KeepAlive;
  readonly #startedAtMs: number;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #traffic = { inMessages: 0, inBytes: 0, outMessages: 0, outBytes: 0 };
  #options: ConnectOptions = defaultConnectOptions();
  #user: AuthenticatedUser | undefined;
  #permissions: Permissions | undefined;
  #maxPayloadBytes: number;
  #maxSubscriptions = -1;
  #connected = false;
  #answeredFirstPing = false;
  #closed = false;
  #stalled = false;
  #authenticationTimer: NodeJS.Timeout | undefined;

  constructor(host: ConnectionHost, socket: Socket, id: number, nonce: string) {
    this.#host = host;
    this.#socket = socket;
    this.id = id;
    this.nonce = nonce;
    this.remoteAddress = `${socket.remoteAddress ?? ""}:${socket.remotePort ?? 0}`;
    this.#startedAtMs = host.now();
    this.#maxPayloadBytes = host.limits.maxPayloadBytes;
    this.#parser = new ProtocolParser(this, host.limits.maxControlLineBytes);
    this.#queue = new OutboundQueue(socket, host.limits.maxPendingBytes, () => this.#onOverflow());
    this.#keepAlive = new KeepAlive({
      intervalMs: host.limits.pingIntervalMs,
      maxOutstanding: host.limits.maxPingsOut,
      now: host.now,
      sendPing: () => this.#send("PING\r\n"),
      onStale: () => this.close("stale-connection", "Stale Connection"),
    });
  }

  /** Greets the client and begins to read. `refusal` greets and ends it at once. */
  open(refusal?: { reason: DisconnectReason; error: string }): void {
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.on("error", () => this.close("read-error"));
    socket.on("end", () => this.close("client-closed"));
    socket.on("close", () => this.close("client-closed"));
    socket.on("data", (chunk: Buffer) => this.#parser.push(chunk));
    this.#send(this.#host.describe(this, this.#maxPayloadBytes));
    if (refusal) {
      this.close(refusal.reason, refusal.error);
      return;
    }
    this.#keepAlive.start();
    if (this.#host.authenticator) {
      this.#startAuthenticationTimer(this.#host.limits.authTimeoutMs, () =>
        this.close("authentication-timeout", "Authentication Timeout"),
      );
    }
    this.flush();
  }

  get identity(): ConnectionIdentity {
    return {
      id: this.id,
      remoteAddress: this.remoteAddress,
      clientName: this.#options.name,
      user: this.#user?.name,
      userPublicKey: this.#user?.publicKey,
    };
  }

  snapshot(): ConnectionSnapshot {
    return {
      ...this.identity,
      connectedAtMs: this.#startedAtMs,
      language: this.#options.lang,
      version: this.#options.version,
      subscriptions: this.#subscriptions.size,
      pendingBytes: this.#queue.pendingBytes,
      roundTripMs: this.#keepAlive.roundTripMs,
      ...this.#traffic,
    };
  }

  flush(): void {
    if (!this.#closed) this.#queue.flush();
  }

  /** Ends the connection, after an error line if one is given. Later calls do nothing. */
  close(reason: DisconnectReason, error?: string): void {
    if (this.#closed) return;
    if (error !== undefined) this.#queue.pushText(`-ERR '${error}'\r\n`);
    this.#closed = true;
    this.#parser.stop();
    this.#keepAlive.stop();
    clearTimeout(this.#authenticationTimer);
    for (const subscription of this.#subscriptions.values()) this.#host.router.unsubscribe(subscription);
    this.#subscriptions.clear();
    this.#socket.resume();
    this.#queue.close(CLOSE_GRACE_MS);
    this.#host.forget(this);
    this.#host.report({ type: "disconnect", connection: this.identity, reason });
  }

  // --- what the client asks ---

  mayBegin(firstByte: number): boolean {
    if (this.#connected || this.#host.authenticator === undefined || (firstByte & ~0x20) === LETTER_C) return true;
    this.#refuse("the first operation was not CONNECT", undefined);
    return false;
  }

  onConnect(json: Buffer): void {
    clearTimeout(this.#authenticationTimer);
    this.#keepAlive.noteConnect();
    const options = readConnectOptions(json.toString("utf8"), this.#options);
    if (options === undefined) {
      this.close("protocol-violation");
      return;
    }
    this.#options = options;
    const isFirst = !this.#connected;
    this.#connected = true;
    if (!this.#authenticate()) return;
    if (options.account !== "" || options.new_account) {
      this.#refuse("the client asked for an account by name", options.account);
    } else if (options.protocol < 0 || options.protocol > 1) {
      this.close("bad-client-protocol", "invalid client protocol");
    } else if (options.no_responders && !options.headers) {
      this.close("no-responders-requires-headers", "no responders requires headers support");
    } else {
      if (options.verbose) this.#send("+OK\r\n");
      if (isFirst) this.#host.report({ type: "connect", connection: this.identity });
    }
  }

  onPublishArguments(publication: Publication): void {
    if (publication.headerSize >= 0 && !(this.#connected && this.#options.headers)) this.close("protocol-violation");
    else if (publication.payloadSize > this.#maxPayloadBytes)
      this.close("max-payload-exceeded", "Maximum Payload Violation");
    else if (this.#options.pedantic && (!isValidSubject(publication.subject) || hasWildcard(publication.subject))) {
      this.#sendError("Invalid Publish Subject");
    }
  }

  onPublish(publication: Publication): void {
    const { subject, reply, payloadSize } = publication;
    const { router, totals } = this.#host;
    this.#keepAlive.noteActivity();
    this.#traffic.inMessages++;
    this.#traffic.inBytes += payloadSize;
    totals.inMessages++;
    totals.inBytes += payloadSize;
    if ((this.#permissions && !this.#permissions.canPublish(subject)) || subject.startsWith(RESERVED_PUBLISH_PREFIX)) {
      this.#sendViolation("publish", subject, `Publish to ${quoteSubject(subject)}`);
      return;
    }
    if (reply !== "" && RESERVED_REPLY_PREFIXES.some((prefix) => reply.startsWith(prefix))) {
      this.#sendViolation("publish", reply, `Publish with Reply of ${quoteSubject(reply)}`);
      return;
    }
    if (this.#options.verbose) this.#send("+OK\r\n");
    if (router.publish(this, publication) || reply === "" || !this.#options.no_responders) return;
    const own = router.findOwn(this, reply);
    if (own) this.#send(`HMSG ${reply} ${own.sid} 16 16\r\nNATS/1.0 503\r\n\r\n\r\n`);
  }

  onSubscribe(subject: string, queue: string | undefined, sid: string): void {
    this.#keepAlive.noteActivity();
    if ((this.#permissions && !this.#permissions.canSubscribe(subject, queue)) || queue === SYSTEM_QUEUE) {
      const using = queue === undefined ? "" : ` using queue ${quoteSubject(queue)}`;
      this.#sendViolation("subscribe", subject, `Subscription to ${quoteSubject(subject)}${using}`);
      return;
    }
    if (this.#maxSubscriptions >= 0 && this.#subscriptions.size >= this.#maxSubscriptions) {
      this.#sendError("maximum subscriptions exceeded");
      return;
    }
    // A second SUB with a sid in use is acknowledged and changes nothing.
    if (!this.#subscriptions.has(sid)) {
      const subscription = { connection: this, subject, queue, sid, delivered: 0, maxDeliveries: 0, closed: false };
      if (!this.#host.router.subscribe(subscription)) {
        this.#sendError("Invalid Subject");
        return;
      }
      this.#subscriptions.set(sid, subscription);
    }
    if (this.#options.verbose) this.#send("+OK\r\n");
  }

  onUnsubscribe(sid: string, max: number): void {
    this.#keepAlive.noteActivity();
    const subscription = this.#subscriptions.get(sid);
    if (subscription && max > subscription.delivered) subscription.maxDeliveries = max;
    else if (subscription) this.#unsubscribe(subscription);
    if (this.#options.verbose) this.#send("+OK\r\n");
  }

  onPing(): void {
    this.#keepAlive.noteActivity();
    this.#send("PONG\r\n");
    if (!this.#connected || this.#answeredFirstPing) return;
    this.#answeredFirstPing = true;
    if (this.#options.protocol >= 1 && this.#maxPayloadBytes !== this.#host.limits.maxPayloadBytes) {
      this.#send(this.#host.describe(this, this.#maxPayloadBytes));
    }
  }

  onPong(): void {
    this.#keepAlive.notePong();
  }

  onInfo(json: Buffer): void {
    try {
      JSON.parse(json.toString("utf8"));
    } catch {
      this.close("protocol-violation");
    }
  }

  onErrorReport(): void {
    this.close("client-reported-error");
  }

  onFailure(failure: ProtocolFailure): void {
    switch (failure) {
      case "unknown-operation":
        this.close("protocol-violation", "Unknown Protocol Operation");
        break;
      case "control-line-too-long":
        this.close("max-control-line-exceeded", "maximum control line exceeded");
        break;
      case "bad-arguments":
        this.close("protocol-violation");
        break;
      default:
        failure satisfies never;
    }
  }

  // --- what the client is sent ---

  /** Queues a message for one of this connection's subscriptions; false when it must not or cannot have it. */
  deliver(source: ClientConnection, subscription: Subscription, publication: Publication): boolean {
    if (this.#closed || subscription.closed || (source === this && !this.#options.echo)) return false;
    if (this.#permissions?.deniesDelivery(publication.subject)) return false;
    subscription.delivered++;
    if (subscription.maxDeliveries > 0 && subscription.delivered >= subscription.maxDeliveries)
      this.#unsubscribe(subscription);
    this.#queueMessage(subscription, publication);
    if (publication.reply !== "") this.#permissions?.noteDelivery(publication.reply);
    if (source !== this && this.#queue.isCongested) source.#waitFor(this.#queue);
    this.#host.flushLater(this);
    return true;
  }

  #queueMessage(subscription: Subscription, publication: Publication): void {
    const { subject, reply, headerSize, payloadSize, headerSizeText, payloadSizeText, source, start } = publication;
    const target = reply === "" ? `${subject} ${subscription.sid}` : `${subject} ${subscription.sid} ${reply}`;
    const end = start + payloadSize;
    let sentBytes = payloadSize;
    if (headerSize <= 0) {
      this.#queue.pushMessage(`MSG ${target} ${payloadSizeText}\r\n`, source, start, end + 2);
    } else if (this.#options.headers) {
      this.#queue.pushMessage(`HMSG ${target} ${headerSizeText} ${payloadSizeText}\r\n`, source, start, end + 2);
    } else {
      sentBytes -= headerSize;
      this.#queue.pushMessage(`MSG ${target} ${sentBytes}\r\n`, source, start + headerSize, end + 2);
    }
    const { totals } = this.#host;
    this.#traffic.outMessages++;
    this.#traffic.outBytes += sentBytes;
    totals.outMessages++;
    totals.outBytes += sentBytes;
  }

  #send(text: string): void {
    if (this.#closed) return;
    this.#queue.pushText(text);
    this.#host.flushLater(this);
  }

  #sendError(message: string): void {
    this.#send(`-ERR '${message}'\r\n`);
  }

  #sendViolation(action: "publish" | "subscribe", subject: string, what: string): void {
    this.#sendError(`Permissions Violation for ${what}`);
    this.#host.report({ type: "permission-violation", connection: this.identity, action, subject });
  }

  // --- private steps ---

  #authenticate(): boolean {
    const { authenticator, limits, now } = this.#host;
    if (authenticator === undefined) return true;
    const outcome = authenticator.authenticate({
      connect: this.#options,
      nonce: this.nonce,
      remoteAddress: this.remoteAddress,
    });
    if (outcome.type === "rejected") {
      this.#refuse(outcome.reason, outcome.user);
      return false;
    }
    const { user } = outcome;
    this.#user = user;
    this.#permissions = user.permissions && new Permissions(user.permissions, now);
    const maxPayloadBytes = user.maxPayloadBytes ?? -1;
    this.#maxPayloadBytes =
      maxPayloadBytes < 0 ? limits.maxPayloadBytes : Math.min(maxPayloadBytes, limits.maxPayloadBytes);
    this.#maxSubscriptions = user.maxSubscriptions ?? -1;
    if (user.expiresAtMs !== undefined) this.#startExpiry(user.expiresAtMs);
    return true;
  }

  #startExpiry(expiresAtMs: number): void {
    const remainingMs = expiresAtMs - this.#host.now();
    this.#startAuthenticationTimer(Math.min(Math.max(0, remainingMs), LONGEST_TIMER_MS), () => {
      if (remainingMs > LONGEST_TIMER_MS) this.#startExpiry(expiresAtMs);
      else this.close("authentication-expired", "User Authentication Expired");
    });
  }

  #startAuthenticationTimer(delayMs: number, onTimer: () => void): void {
    clearTimeout(this.#authenticationTimer);
    this.#authenticationTimer = setTimeout(onTimer, delayMs);
    this.#authenticationTimer.unref();
  }

  #refuse(reason: string, user: string | undefined): void {
    const connection = { ...this.identity, user: user ?? this.#user?.name };
    this.#host.report({ type: "authentication-failure", connection, reason });
    this.close("authentication-failed", "Authorization Violation");
  }

  #unsubscribe(subscription: Subscription): void {
    this.#subscriptions.delete(subscription.sid);
    this.#host.router.unsubscribe(subscription);
  }

  #onOverflow(): void {
    if (this.#closed) return;
    this.#host.totals.slowConsumers++;
    this.#host.report({ type: "slow-consumer", connection: this.identity, pendingBytes: this.#queue.pendingBytes });
    this.#queue.replaceBy("-ERR 'Slow Consumer'\r\n");
    this.close("slow-consumer");
  }

  #waitFor(consumer: OutboundQueue): void {
    if (this.#stalled || this.#closed) return;
    this.#stalled = true;
    this.#socket.pause();
    const resume = () => {
      if (!this.#stalled) return;
      this.#stalled = false;
      clearTimeout(timer);
      this.#socket.resume();
    };
    const timer = setTimeout(resume, STALL_MS);
    consumer.whenDrained(resume);
  }
}
