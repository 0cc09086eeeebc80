/** Facts wait here until the host has committed them: in order within a turn, through reconnects and restarts of the gateway. */
import { FactReply, type FactOutput, longestFactBytes } from "@praktor/protocol/agent-output";
import { backoffMs, sleep } from "./backoff.ts";
import { isFinal, type FactBody, type TurnKey } from "./fact-body.ts";
import { fitFact } from "./fit-fact.ts";
import type { Logger } from "./logger.ts";
import { errorMessage } from "./runner-error.ts";

/** What the outbox needs of the bus. */
export interface FactTransport {
  readonly maxPayloadBytes: number;
  whenConnected(signal: AbortSignal): Promise<void>;
  request(subject: string, value: unknown, timeoutMs: number, signal: AbortSignal): Promise<unknown>;
}

export interface FactOutboxOptions {
  transport: FactTransport;
  subject: string;
  logger: Logger;
  /** The host no longer wants this try: stop it. */
  onStale: (turn: TurnKey) => void;
  /** Facts that may wait in all before tool facts are dropped; 1,000 (a tool fact is at most about 8 KB). */
  maxWaiting?: number;
}

interface Queue {
  turn: TurnKey;
  waiting: FactBody[];
  /** Given when a fact is sent for the first time, so that one dropped before leaves no gap. */
  nextSeq: number;
  sending: boolean;
}

const requestTimeoutMs = 5_000;
const firstRetryMs = 100;
const maxRetryMs = 1_000;

export class FactOutbox implements AsyncDisposable {
  readonly #options: FactOutboxOptions;
  readonly #maxWaiting: number;
  readonly #queues = new Map<string, Queue>();
  readonly #senders = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #waiting = 0;

  constructor(options: FactOutboxOptions) {
    this.#options = options;
    this.#maxWaiting = options.maxWaiting ?? 1_000;
  }

  /** Turns with facts that nobody committed yet. */
  get turns(): TurnKey[] {
    return [...this.#queues.values()].map((queue) => queue.turn);
  }

  add(turn: TurnKey, fact: FactBody): void {
    if (this.#stop.signal.aborted) return;
    const key = keyOf(turn);
    let queue = this.#queues.get(key);
    if (!queue) {
      queue = { turn, waiting: [], nextSeq: 1, sending: false };
      this.#queues.set(key, queue);
    }
    queue.waiting.push(fact);
    this.#waiting += 1;
    if (this.#waiting > this.#maxWaiting) this.#shed();
    if (!queue.sending) this.#startSending(queue);
  }

  /** Resolves when everything is committed, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    const timeout = AbortSignal.timeout(timeoutMs);
    while (this.#senders.size > 0 && !timeout.aborted)
      await Promise.race([Promise.all(this.#senders), sleep(timeoutMs, timeout).catch(() => {})]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException("stopped", "AbortError"));
    await Promise.all(this.#senders);
  }

  #startSending(queue: Queue): void {
    queue.sending = true;
    const sender = this.#send(queue)
      .catch(() => {})
      .finally(() => {
        queue.sending = false;
        this.#senders.delete(sender);
      });
    this.#senders.add(sender);
  }

  async #send(queue: Queue): Promise<void> {
    const { signal } = this.#stop;
    for (let fact = queue.waiting[0]; fact; fact = queue.waiting[0]) {
      const seq = queue.nextSeq;
      queue.nextSeq += 1;
      const outcome = await this.#sendUntilAnswered({ ...fact, ...queue.turn, seq }, signal);
      if (outcome === "stale") {
        this.#waiting -= queue.waiting.length;
        queue.waiting = [];
        this.#options.onStale(queue.turn);
      } else {
        queue.waiting.shift();
        this.#waiting -= 1;
      }
      if (outcome === "stale" || isFinal(fact)) this.#queues.delete(keyOf(queue.turn));
    }
  }

  async #sendUntilAnswered(fact: FactOutput, signal: AbortSignal): Promise<"done" | "stale"> {
    const { transport, subject, logger } = this.#options;
    const about = { turnId: fact.turnId, attempt: fact.attempt, seq: fact.seq, type: fact.type };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await transport.whenConnected(signal);
        const fitting = fitFact(fact, Math.min(transport.maxPayloadBytes, longestFactBytes));
        const reply = FactReply.parse(await transport.request(subject, fitting, requestTimeoutMs, signal));
        switch (reply.status) {
          case "committed":
            return "done";
          case "stale":
            logger.info(about, "the host no longer wants this turn");
            return "stale";
          case "refused":
            logger.error({ ...about, reason: reply.message }, "the host refused a fact for good");
            return "done";
          case "error":
            logger.warn({ ...about, reason: reply.message }, "the host could not commit a fact, sending it again");
            break;
          default:
            reply satisfies never;
        }
      } catch (error) {
        signal.throwIfAborted();
        if (attempt <= 3 || attempt % 20 === 0)
          logger.warn(
            { ...about, try: attempt, error: errorMessage(error) },
            "a fact is not acknowledged, sending it again",
          );
      }
      await sleep(backoffMs(attempt, firstRetryMs, maxRetryMs), signal);
    }
  }

  /** Tool facts are for the view; results and failures are the answer. The first of a queue may be on its way and stays. */
  #shed(): void {
    for (const queue of this.#queues.values()) {
      const kept = queue.waiting.filter((fact, position) => position === 0 || fact.type !== "tool");
      this.#waiting -= queue.waiting.length - kept.length;
      queue.waiting.splice(0, queue.waiting.length, ...kept);
    }
    this.#options.logger.warn({ waiting: this.#waiting }, "too many unacknowledged facts: tool facts were dropped");
  }
}

function keyOf(turn: TurnKey): string {
  return `${turn.turnId}:${turn.attempt}`;
}
