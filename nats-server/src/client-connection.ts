// One client: what each of its operations does, what it is sent, and how it ends.

import type { Socket } from "node:net";
import { ClientAuthorization } from "./client-authorization.ts";
import { defaultConnectOptions, parseJsonObject, readConnectOptions, type ConnectOptions } from "./connect-options.ts";
import type { ConnectionHost } from "./connection-host.ts";
import { KeepAlive } from "./keep-alive.ts";
import { pushFrame } from "./message-frame.ts";
import type { ConnectionSnapshot } from "./monitor.ts";
import { OutboundQueue } from "./outbound-queue.ts";
import { ProducerBrake } from "./producer-brake.ts";
import type { ProtocolFailure, ProtocolHandler, Publication } from "./protocol-handler.ts";
import { ProtocolParser } from "./protocol-parser.ts";
import { ReadGate } from "./read-gate.ts";
import { isReservedForPublish, isReservedQueue, isReservedReply } from "./reserved-subjects.ts";
import type { ConnectionIdentity, DisconnectReason } from "./server-event.ts";
import { hasWildcard, isValidSubject, quoteSubject } from "./subject.ts";
import type { Subscription } from "./subscription.ts";
import { TrafficBrake } from "./traffic-brake.ts";

const CLOSE_GRACE_MS = 1000;
const LETTER_C = 0x43;

/** Created for an accepted socket; `open` starts it, and it ends once, by `close`. */
export class ClientConnection implements ProtocolHandler {
  readonly id: number;
  readonly nonce: string;
  readonly remoteAddress: string;
  /** The address without its port. */
  readonly remoteHost: string;
  readonly #host: ConnectionHost;
  readonly #socket: Socket;
  readonly #parser: ProtocolParser;
  readonly #queue: OutboundQueue;
  readonly #keepAlive: KeepAlive;
  readonly #authorization: ClientAuthorization;
  readonly #brake: ProducerBrake;
  readonly #trafficBrake: TrafficBrake;
  readonly #startedAtMs: number;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #traffic = { inMessages: 0, inBytes: 0, outMessages: 0, outBytes: 0 };
  #options: ConnectOptions = defaultConnectOptions();
  #connected = false;
  #answeredFirstPing = false;
  #closed = false;

  constructor(host: ConnectionHost, socket: Socket, id: number, nonce: string) {
    this.#host = host;
    this.#socket = socket;
    this.id = id;
    this.nonce = nonce;
    this.remoteHost = socket.remoteAddress ?? "";
    this.remoteAddress = `${this.remoteHost}:${socket.remotePort ?? 0}`;
    this.#startedAtMs = host.now();
    this.#authorization = new ClientAuthorization(host);
    const gate = new ReadGate(socket);
    this.#brake = new ProducerBrake(gate);
    this.#trafficBrake = new TrafficBrake(gate);
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
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#send(this.#host.describe(this, this.#authorization.maxPayloadBytes));
    if (refusal) {
      this.close(refusal.reason, refusal.error);
      return;
    }
    this.#keepAlive.start();
    this.#authorization.awaitConnect(() => this.close("authentication-timeout", "Authentication Timeout"));
    this.flush();
  }

  /** It has said who it is. */
  get isKnown(): boolean {
    return this.#connected;
  }

  get identity(): ConnectionIdentity {
    return {
      id: this.id,
      remoteAddress: this.remoteAddress,
      clientName: this.#options.name,
      user: this.#authorization.user?.name,
      userPublicKey: this.#authorization.user?.publicKey,
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
    this.#authorization.stop();
    for (const subscription of this.#subscriptions.values()) this.#host.router.unsubscribe(subscription);
    this.#subscriptions.clear();
    this.#brake.release();
    this.#trafficBrake.release();
    this.#queue.close(CLOSE_GRACE_MS);
    this.#host.forget(this);
    this.#host.report({ type: "disconnect", connection: this.identity, reason });
  }

  // --- what the client asks ---

  mayBegin(firstByte: number): boolean {
    this.#trafficBrake.noteOperation();
    if (this.#connected || this.#host.authenticator === undefined || (firstByte & ~0x20) === LETTER_C) return true;
    this.#refuse("the first operation was not CONNECT", undefined);
    return false;
  }

  onConnect(json: Buffer): void {
    this.#keepAlive.noteConnect();
    const options = readConnectOptions(json.toString("utf8"), this.#options);
    if (options === undefined) {
      this.close("protocol-violation");
      return;
    }
    this.#options = options;
    const isFirst = !this.#connected;
    this.#connected = true;
    const onExpiry = () => this.close("authentication-expired", "User Authentication Expired");
    const outcome = this.#authorization.authenticate(options, this.nonce, this.remoteAddress, onExpiry);
    if (outcome.type === "rejected") {
      this.#refuse(outcome.reason, outcome.user);
    } else if (options.account !== "" || options.new_account) {
      this.#refuse("the client asked for an account by name", options.account);
    } else if (options.protocol < 0 || options.protocol > 1) {
      this.close("bad-client-protocol", "invalid client protocol");
    } else if (options.no_responders && !options.headers) {
      this.close("no-responders-requires-headers", "no responders requires headers support");
    } else if (this.#subscriptions.size >= this.#authorization.maxSubscriptions) {
      this.close("max-subscriptions-exceeded", "maximum subscriptions exceeded");
    } else if (this.#host.isOneTooMany(this.identity)) {
      this.close("max-connections-exceeded", "maximum connections exceeded");
    } else {
      this.#trafficBrake.allowance = this.#host.allowanceOf(this.identity);
      if (options.verbose) this.#send("+OK\r\n");
      if (isFirst) this.#host.report({ type: "connect", connection: this.identity });
    }
  }

  onPublishArguments(publication: Publication): void {
    if (publication.headerSize >= 0 && !(this.#connected && this.#options.headers)) this.close("protocol-violation");
    else if (publication.payloadSize > this.#authorization.maxPayloadBytes)
      this.close("max-payload-exceeded", "Maximum Payload Violation");
    else if (this.#options.pedantic && (!isValidSubject(publication.subject) || hasWildcard(publication.subject))) {
      this.#sendError("Invalid Publish Subject");
    }
  }

  onPublish(publication: Publication): void {
    const { subject, reply, payloadSize } = publication;
    const { router, totals } = this.#host;
    const { permissions } = this.#authorization;
    this.#keepAlive.noteActivity();
    this.#traffic.inMessages++;
    this.#traffic.inBytes += payloadSize;
    totals.inMessages++;
    totals.inBytes += payloadSize;
    this.#trafficBrake.notePayload(payloadSize);
    if ((permissions && !permissions.canPublish(subject)) || isReservedForPublish(subject)) {
      this.#sendViolation("publish", subject, `Publish to ${quoteSubject(subject)}`);
      return;
    }
    if (isReservedReply(reply)) {
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
    const { permissions, maxSubscriptions } = this.#authorization;
    if ((permissions && !permissions.canSubscribe(subject, queue)) || isReservedQueue(queue)) {
      const using = queue === undefined ? "" : ` using queue ${quoteSubject(queue)}`;
      this.#sendViolation("subscribe", subject, `Subscription to ${quoteSubject(subject)}${using}`);
      return;
    }
    if (this.#subscriptions.size >= maxSubscriptions) {
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
    if (this.#options.protocol >= 1 && this.#authorization.maxPayloadBytes !== this.#host.limits.maxPayloadBytes) {
      this.#send(this.#host.describe(this, this.#authorization.maxPayloadBytes));
    }
  }

  onPong(): void {
    this.#keepAlive.notePong();
  }

  onInfo(json: Buffer): void {
    if (parseJsonObject(json.toString("utf8")) === undefined) this.close("protocol-violation");
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
    const { permissions } = this.#authorization;
    if (permissions?.deniesDelivery(publication.subject)) return false;
    subscription.delivered++;
    if (subscription.maxDeliveries > 0 && subscription.delivered >= subscription.maxDeliveries)
      this.#unsubscribe(subscription);
    const sentBytes = pushFrame(this.#queue, publication, subscription.sid, this.#options.headers);
    this.#traffic.outMessages++;
    this.#traffic.outBytes += sentBytes;
    this.#host.totals.outMessages++;
    this.#host.totals.outBytes += sentBytes;
    if (publication.reply !== "") permissions?.noteDelivery(publication.reply);
    if (source !== this && this.#queue.isCongested) source.#brake.waitFor(this.#queue);
    this.#host.flushLater(this);
    return true;
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

  #read(chunk: Buffer): void {
    this.#parser.push(chunk);
    if (!this.#closed && this.#trafficBrake.settle()) this.#host.totals.throttled++;
  }

  #refuse(reason: string, user: string | undefined): void {
    const connection = { ...this.identity, user: user ?? this.#authorization.user?.name };
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
}
