// The queue behind getUpdates: an offset confirms every lower id, what is unconfirmed comes again.
// Modelled on the behaviour of the public Bot API server, including an offset that lies in the future.

import { BotApiError } from "./bot-api-error.ts";

export type Update = Readonly<Record<string, unknown>> & { readonly update_id: number };

export interface TakeRequest {
  readonly offset: number;
  readonly limit: number;
  readonly timeoutSeconds: number;
  /** Absent keeps the last list; an empty one is Telegram's default. */
  readonly allowedUpdates?: readonly string[] | undefined;
}

export interface HandedOut {
  readonly updateId: number;
  readonly update: Update;
  /** Epoch milliseconds of every time it was handed out. */
  readonly at: readonly number[];
}

export interface Confirmed {
  readonly updateId: number;
  readonly at: number;
}

const offByDefault = new Set(["chat_member", "message_reaction", "message_reaction_count"]);
// How far an offset may lie past the newest id before Telegram takes it for another sequence's.
const futureTolerance = 10;

interface Poll {
  answer(): void;
  terminate(error: Error): void;
}

export class UpdateQueue {
  readonly #now: () => number;
  #pending: Update[] = [];
  #nextId: number;
  #allowed: ReadonlySet<string> | undefined;
  #poll: Poll | undefined;
  readonly #handedOut = new Map<string, { updateId: number; update: Update; at: number[] }>();
  readonly #confirmed: Confirmed[] = [];

  constructor(firstId: number, now: () => number) {
    this.#nextId = firstId;
    this.#now = now;
  }

  /** Queues an update exactly as given; without an `update_id` it gets the next one. Returns its id. */
  push(update: Readonly<Record<string, unknown>>): number {
    const given = update["update_id"];
    const updateId = typeof given === "number" && Number.isSafeInteger(given) ? given : this.#nextId;
    this.#nextId = Math.max(this.#nextId, updateId + 1);
    this.#pending.push({ ...update, update_id: updateId });
    this.#pending.sort((a, b) => a.update_id - b.update_id);
    this.#poll?.answer();
    return updateId;
  }

  /** Whether the bot has asked for this kind of update (`allowed_updates`). */
  wants(kind: string): boolean {
    return this.#allowed ? this.#allowed.has(kind) : !offByDefault.has(kind);
  }

  setAllowed(kinds: readonly string[] | undefined): void {
    if (kinds) this.#allowed = kinds.length === 0 ? undefined : new Set(kinds);
  }

  /** Continues with another id, as Telegram does after a week without updates. */
  restartAt(updateId: number): void {
    this.#nextId = updateId;
  }

  /**
   * Answers a getUpdates call, waiting up to `timeoutSeconds` for the first update. A later call terminates this one
   * with 409; when `gone` aborts (the client has closed) it ends with an empty list.
   */
  async take(request: TakeRequest, gone: AbortSignal): Promise<Update[]> {
    this.terminatePoll(
      new BotApiError(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
      ),
    );
    this.setAllowed(request.allowedUpdates);
    this.#confirm(request.offset);
    const limit = request.limit >= 1 && request.limit <= 100 ? request.limit : 100;
    if (this.#pending.length > 0) return this.#handOut(limit);
    const timeoutMs = Math.min(Math.max(request.timeoutSeconds, 0), 50) * 1000;
    if (timeoutMs === 0 || gone.aborted) return [];

    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const poll: Poll = { answer: () => resolve(true), terminate: reject };
    const stop = (): void => resolve(false);
    const timer = setTimeout(stop, timeoutMs);
    gone.addEventListener("abort", stop, { once: true });
    this.#poll = poll;
    try {
      return (await promise) ? this.#handOut(limit) : [];
    } finally {
      clearTimeout(timer);
      gone.removeEventListener("abort", stop);
      if (this.#poll === poll) this.#poll = undefined;
    }
  }

  terminatePoll(error: Error): void {
    this.#poll?.terminate(error);
    this.#poll = undefined;
  }

  /** The oldest update for a webhook, or undefined; `delivered` confirms it. */
  peek(): Update | undefined {
    return this.#pending[0] && this.#handOut(1)[0];
  }

  delivered(updateId: number): void {
    this.#forget((update) => update.update_id === updateId);
  }

  dropPending(): void {
    this.#forget(() => true);
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  get handedOut(): HandedOut[] {
    return [...this.#handedOut.values()];
  }

  get confirmed(): Confirmed[] {
    return [...this.#confirmed];
  }

  #confirm(offset: number): void {
    if (offset < 0) {
      const kept = new Set(this.#pending.slice(offset));
      this.#forget((update) => !kept.has(update));
    } else if (offset > 0 && offset <= this.#nextId + futureTolerance) {
      this.#forget((update) => update.update_id < offset);
    }
  }

  #forget(isDone: (update: Update) => boolean): void {
    const at = this.#now();
    this.#pending = this.#pending.filter((update) => {
      if (!isDone(update)) return true;
      this.#confirmed.push({ updateId: update.update_id, at });
      return false;
    });
  }

  #handOut(limit: number): Update[] {
    const batch = this.#pending.slice(0, limit);
    const at = this.#now();
    for (const update of batch) {
      // Ids may be used again after a restart of the sequence, so the content is part of the key.
      const key = `${update.update_id}:${JSON.stringify(update)}`;
      const known = this.#handedOut.get(key);
      if (known) known.at.push(at);
      else this.#handedOut.set(key, { updateId: update.update_id, update, at: [at] });
    }
    return batch;
  }
}
