/** Reads a Messages API call whole, to know before it goes out what it may cost at most and what it makes the endpoint reach. */
import { abortable } from "../kit/deadline.ts";
import type { LoopTurns } from "../kit/loop-turns.ts";
import type { HeldBytes } from "./held-bytes.ts";
import { RequestReader, type RequestFacts } from "./request-facts.ts";

/** The API's own limit. */
const maxBytes = 32 * 1024 * 1024;
/** Kept in pages of our own: a sandbox may send a byte at a time, each of which would be an object. */
const pageBytes = 32 * 1024;
const pieceBytes = 16 * 1024;
const turnMs = 2;
/** A sandbox sends from this machine. */
const idleMs = 60_000;

export type Page = Uint8Array<ArrayBuffer>;

export interface ModelRequest {
  pages: Page[];
  bytes: number;
  /** What is taken of the held bytes: the caller releases it. */
  heldBytes: number;
  facts: RequestFacts;
}

export interface RequestReading {
  groupId: string;
  turns: LoopTurns;
  held: HeldBytes;
}

/** What is wrong with it, where it cannot be taken; of such a one nothing is held. Rejects when the request's signal aborts. */
export async function readModelRequest(
  request: Request,
  { groupId, turns, held }: RequestReading,
): Promise<ModelRequest | { status: 400 | 408 | 413 | 429; problem: string }> {
  const facts = new RequestReader();
  const body = request.body?.getReader();
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(), idleMs);
  const gone = AbortSignal.any([request.signal, idle.signal]);
  const pages: Page[] = [];
  let [bytes, heldBytes, isTaken] = [0, 0, false];
  let page: Page = new Uint8Array(0);
  let used = 0;
  try {
    for (;;) {
      const next = body ? await abortable(body.read(), gone) : null;
      timer.refresh();
      let rest = next?.value ?? null;
      if (rest === null) break;
      bytes += rest.length;
      if (bytes > maxBytes) return { status: 413, problem: `The request is longer than ${maxBytes} bytes.` };
      while (rest.length > 0) {
        if (used === page.length) {
          if (page.length > 0 && !(await look(facts, page, pages.length > 1, { groupId, turns }))) return unread(facts);
          if (!held.take(groupId, pageBytes))
            return { status: 429, problem: "Praktor holds too many long calls already; try again in a moment." };
          heldBytes += pageBytes;
          page = new Uint8Array(pageBytes);
          used = 0;
          pages.push(page);
        }
        const part = rest.subarray(0, page.length - used);
        page.set(part, used);
        used += part.length;
        rest = rest.subarray(part.length);
      }
      request.signal.throwIfAborted();
    }
    const last = page.subarray(0, used);
    if (pages.length > 0) pages[pages.length - 1] = last;
    await look(facts, last, pages.length > 1, { groupId, turns });
    request.signal.throwIfAborted();
    const read = facts.end();
    if ("problem" in read) return { status: 400, problem: read.problem };
    isTaken = true;
    return { pages, bytes, heldBytes, facts: read };
  } catch (error) {
    if (!idle.signal.aborted || request.signal.aborted) throw error;
    return { status: 408, problem: `Nothing more of the request came for ${idleMs / 1000} seconds.` };
  } finally {
    clearTimeout(timer);
    if (!isTaken) {
      held.release(groupId, heldBytes);
      void body?.cancel().catch(() => {});
    }
  }
}

/** Between other work where there is much. False: it cannot be read. */
async function look(
  facts: RequestReader,
  page: Page,
  isLong: boolean,
  { groupId, turns }: Pick<RequestReading, "groupId" | "turns">,
): Promise<boolean> {
  let until = 0;
  for (let at = 0; at < page.length; at += pieceBytes) {
    if (isLong && performance.now() >= until) {
      await turns.next(groupId);
      until = performance.now() + turnMs;
    }
    if (!facts.push(page.subarray(at, at + pieceBytes))) return false;
  }
  return true;
}

function unread(facts: RequestReader): { status: 400; problem: string } {
  const read = facts.end();
  return { status: 400, problem: "problem" in read ? read.problem : "The request cannot be read." };
}
