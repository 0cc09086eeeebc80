/** Where a file's bytes meet: one side waits under a transfer's id, the sandbox comes with the same id over the endpoint. */
import { abortable } from "../kit/deadline.ts";
import type { Ids } from "../kit/ids.ts";
import { PraktorError } from "../kit/praktor-error.ts";

type Bytes = ReadableStream<Uint8Array>;

/** A file on its way out of a sandbox. */
export interface IncomingTransfer extends Disposable {
  id: string;
  /** Resolves when the sandbox has begun to send. */
  body: Promise<Bytes>;
}

/** A file on its way into a sandbox. */
export interface OutgoingTransfer extends Disposable {
  id: string;
}

type Waiting =
  | { type: "incoming"; groupId: string; deliver: (body: Bytes) => void }
  | { type: "outgoing"; groupId: string; body: Bytes };

/** Bounded for each group: a sandbox that never comes for its files cannot hold up those of others. */
const maxWaiting = 64;

export class Transfers {
  readonly #ids: Ids;
  readonly #waiting = new Map<string, Waiting>();

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  expect(groupId: string): IncomingTransfer {
    const { promise, resolve } = Promise.withResolvers<Bytes>();
    const id = this.#add({ type: "incoming", groupId, deliver: resolve });
    return { id, body: promise, [Symbol.dispose]: () => this.#waiting.delete(id) };
  }

  offer(groupId: string, body: Bytes): OutgoingTransfer {
    const id = this.#add({ type: "outgoing", groupId, body });
    return { id, [Symbol.dispose]: () => this.#waiting.delete(id) };
  }

  /** The sandbox sends. Resolves when the waiting side has read everything, `false` when nobody waits for this id from this group. */
  async receive(id: string, groupId: string, body: Bytes, signal: AbortSignal): Promise<boolean> {
    const waiting = this.#waiting.get(id);
    if (waiting?.type !== "incoming" || waiting.groupId !== groupId) return false;
    this.#waiting.delete(id);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    waiting.deliver(watched(body, resolve, reject));
    await abortable(promise, signal);
    return true;
  }

  /** The sandbox fetches. Null when nothing is offered under this id to this group. */
  fetch(id: string, groupId: string): Bytes | null {
    const waiting = this.#waiting.get(id);
    if (waiting?.type !== "outgoing" || waiting.groupId !== groupId) return null;
    this.#waiting.delete(id);
    return waiting.body;
  }

  #add(waiting: Waiting): string {
    const { groupId } = waiting;
    if ([...this.#waiting.values()].filter((other) => other.groupId === groupId).length >= maxWaiting) {
      throw new PraktorError("busy", "Too many files are being transferred at once; try again in a moment.");
    }
    const id = this.#ids.next();
    this.#waiting.set(id, waiting);
    return id;
  }
}

/** The same bytes; says when they were read to the end, or given up. */
function watched(body: Bytes, done: () => void, failed: (error: Error) => void): Bytes {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await reader.read();
        if (next.done) {
          controller.close();
          done();
        } else {
          controller.enqueue(next.value);
        }
      } catch (error) {
        controller.error(error);
        failed(error instanceof Error ? error : new Error(String(error)));
      }
    },
    async cancel(reason) {
      failed(new PraktorError("cancelled", "The reader of the file went away."));
      await reader.cancel(reason);
    },
  });
}
