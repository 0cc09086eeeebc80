/** Hands every event to every signed-in browser, numbered, with what it missed while it was away. */
import type { EventFrame, EventMessage, PraktorEvent } from "@praktor/protocol/events";
import { agentEvents, systemEvents } from "@praktor/protocol/subjects";
import type { WebSocket } from "ws";
import type { Clock } from "../kit/clock.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import { EventClient } from "./event-client.ts";
import type { RingLimits } from "./event-ring.ts";
import { EventRing } from "./event-ring.ts";
import type { WebEvents } from "./ports.ts";
import type { Caller } from "./sign-in.ts";

export interface EventHubOptions {
  clock: Clock;
  /** Tells this life of the gateway from others. */
  epoch: number;
  /** Asked again at every ping: a session may end while its socket is open. */
  holds: (caller: Caller) => boolean;
  ring?: RingLimits;
  pingIntervalMs?: number;
  maxClients?: number;
  /** Of one sign-in: whoever has its cookie, or the password itself. */
  maxClientsEach?: number;
}

/** Where a client says it was: the life of the gateway and the last frame that it saw. */
export interface SeenUpTo {
  epoch: number;
  seq: number;
}

const defaultRing: RingLimits = { maxFrames: 2_000, maxBytes: 16 * 1024 * 1024 };
const signedOutCode = 4401;
const goingAwayCode = 1001;
const tryLaterCode = 1013;

export class EventHub implements Disposable {
  readonly #clock: Clock;
  readonly #epoch: number;
  readonly #holds: (caller: Caller) => boolean;
  readonly #pingIntervalMs: number;
  readonly #maxClients: number;
  readonly #maxClientsEach: number;
  readonly #ring: EventRing;
  readonly #clients = new Map<EventClient, Caller>();
  #pings: NodeJS.Timeout | null = null;
  #unsubscribe: (() => void) | null = null;
  #stopped = false;

  constructor(options: EventHubOptions) {
    this.#clock = options.clock;
    this.#epoch = options.epoch;
    this.#holds = options.holds;
    this.#ring = new EventRing(options.ring ?? defaultRing);
    this.#pingIntervalMs = options.pingIntervalMs ?? 30_000;
    this.#maxClients = options.maxClients ?? 100;
    this.#maxClientsEach = options.maxClientsEach ?? 32;
  }

  start(events: WebEvents): void {
    this.#unsubscribe ??= events.subscribe((topic, message) => this.publish(topic, message));
    this.#pings ??= setInterval(() => {
      this.recheck();
      for (const client of this.#clients.keys()) client.ping();
    }, this.#pingIntervalMs);
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /** What waits in sockets, all together. */
  get waitingBytes(): number {
    return [...this.#clients.keys()].reduce((sum, client) => sum + client.waitingBytes, 0);
  }

  publish(topic: string, { at, event }: EventMessage): void {
    this.#ring.push((seq) => {
      const frame: EventFrame = { seq, epoch: this.#epoch, topic, type: event.type, at, data: event };
      return JSON.stringify(frame);
    });
    for (const client of this.#clients.keys()) client.pump();
  }

  /** An event of the page's own making. */
  announce(event: PraktorEvent): void {
    const topic = "groupId" in event ? agentEvents(event.groupId) : systemEvents;
    this.publish(topic, { at: new Date(this.#clock.now()).toISOString(), event });
  }

  /** Throws `unavailable` when there are as many clients as are allowed, of this sign-in or in all. Called before the handshake. */
  requireRoom(caller: Caller): void {
    const most = this.#isFullFor(caller) ? this.#maxClientsEach : this.#maxClients;
    if (this.#hasRoom(caller)) return;
    throw new PraktorError("unavailable", `There are ${most} open pages already. Close some.`);
  }

  /**
   * The first frame is `hello`, and every numbered frame after it is one more than the one before: `hello` carries the number that the
   * stream goes on from, which is `since` when what followed it is still here. Otherwise it is the newest, and `resync` follows where
   * something was missed.
   */
  join(socket: WebSocket, caller: Caller, since: SeenUpTo | null): void {
    if (this.#stopped) return socket.terminate();
    // Others may have come during its handshake.
    if (!this.#hasRoom(caller)) return socket.close(tryLaterCode, "too many open pages");
    const goesOn = since !== null && since.epoch === this.#epoch && this.#ring.reaches(since.seq);
    const from = goesOn ? since.seq : this.#ring.last;
    const client = new EventClient(socket, this.#ring, from);
    this.#clients.set(client, caller);
    socket.on("close", () => this.#clients.delete(client));
    client.send(this.#sign("hello", from));
    if (since !== null && !goesOn) client.send(this.#sign("resync", from));
    client.pump();
  }

  /** Closes the sockets of those who are no longer signed in. */
  recheck(): void {
    for (const [client, caller] of this.#clients) {
      if (!this.#holds(caller)) client.close(signedOutCode, "signed out");
    }
  }

  /** Clients are asked to go; `cut` ends those who stay. */
  [Symbol.dispose](): void {
    this.#stopped = true;
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    if (this.#pings) clearInterval(this.#pings);
    this.#pings = null;
    for (const client of this.#clients.keys()) client.close(goingAwayCode, "the gateway stops");
  }

  cut(): void {
    for (const client of this.#clients.keys()) client.terminate();
  }

  #hasRoom(caller: Caller): boolean {
    return this.#clients.size < this.#maxClients && !this.#isFullFor(caller);
  }

  /** Where nobody signs in, nobody can be told from another. */
  #isFullFor(caller: Caller): boolean {
    if (caller.type === "open") return false;
    const own = [...this.#clients.values()].filter((other) => isSame(other, caller));
    return own.length >= this.#maxClientsEach;
  }

  #sign(type: "hello" | "resync", seq: number): string {
    const frame: EventFrame = { seq, epoch: this.#epoch, type };
    return JSON.stringify(frame);
  }
}

function isSame(one: Caller, other: Caller): boolean {
  return one.type === "session" ? other.type === "session" && other.session === one.session : one.type === other.type;
}
