/** Follows the socket's sequence: says of each frame whether it is new, was seen before, or shows that something was missed. */
import type { EventFrame, PraktorEvent } from "@praktor/protocol/events";

/** The last frame seen: `epoch` is the gateway's life, `seq` its count of frames. */
export interface Cursor {
  epoch: number;
  seq: number;
}

export interface Step {
  cursor: Cursor;
  /** The news in this frame, if it is new and has any. */
  event: PraktorEvent | null;
  /** When it happened, as the gateway says. */
  at: string | null;
  /** True when frames were missed for good: whatever was fetched before may be stale. */
  missed: boolean;
}

/** Where the cursor stands after `frame` and what to do about it. `null` before the first frame of this page's life. */
export const follow = (cursor: Cursor | null, frame: EventFrame): Step => {
  const next = { epoch: frame.epoch, seq: frame.seq };
  const sameLife = cursor?.epoch === frame.epoch;
  if (!("data" in frame)) {
    if (frame.type === "resync") return { cursor: next, event: null, at: null, missed: true };
    // The greeting may already count the frames that are about to be replayed, so it must not move a cursor of this life.
    return { cursor: sameLife ? cursor : next, event: null, at: null, missed: cursor !== null && !sameLife };
  }
  if (sameLife && frame.seq <= cursor.seq) return { cursor, event: null, at: null, missed: false };
  const missed = cursor !== null && !(sameLife && frame.seq === cursor.seq + 1);
  return { cursor: next, event: frame.data, at: frame.at, missed };
};

/** The socket's address that asks for everything after the cursor. */
export const socketPath = (cursor: Cursor | null): string =>
  cursor === null ? "/api/ws" : `/api/ws?epoch=${cursor.epoch}&since=${cursor.seq}`;
