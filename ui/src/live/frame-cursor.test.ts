import type { EventFrame } from "@praktor/protocol/events";
import { expect, test } from "vitest";
import { type Cursor, follow, socketPath } from "./frame-cursor.ts";

const frame = (seq: number, epoch = 1): EventFrame => ({
  seq,
  epoch,
  topic: "events.system",
  type: "health",
  at: "2026-01-01T00:00:00.000Z",
  data: { type: "health", component: "store", ok: true, detail: `frame ${seq}` },
});
const hello = (seq: number, epoch = 1): EventFrame => ({ seq, epoch, type: "hello" });
const resync = (seq: number, epoch = 1): EventFrame => ({ seq, epoch, type: "resync" });

const play = (frames: readonly EventFrame[], start: Cursor | null = null) => {
  let cursor = start;
  const seen: string[] = [];
  let missed = 0;
  for (const next of frames) {
    const step = follow(cursor, next);
    cursor = step.cursor;
    if (step.event?.type === "health") seen.push(step.event.detail);
    if (step.missed) missed++;
  }
  return { cursor, seen, missed };
};

test("the first greeting sets the place without a refetch", () => {
  expect(play([hello(7), frame(8)])).toEqual({ cursor: { epoch: 1, seq: 8 }, seen: ["frame 8"], missed: 0 });
});

test("a replay after a reconnect is taken although the greeting already counts it", () => {
  const { seen, missed } = play([hello(9), frame(8), frame(9), frame(10)], { epoch: 1, seq: 7 });
  expect(seen).toEqual(["frame 8", "frame 9", "frame 10"]);
  expect(missed).toBe(0);
});

test("a frame that comes twice is taken once", () => {
  expect(play([frame(8), frame(8), frame(7), frame(9)], { epoch: 1, seq: 7 }).seen).toEqual(["frame 8", "frame 9"]);
});

test("a gap is news and a reason to fetch anew", () => {
  expect(play([frame(9)], { epoch: 1, seq: 7 })).toMatchObject({ seen: ["frame 9"], missed: 1 });
});

test("resync moves the place and asks to fetch anew, once", () => {
  expect(play([resync(50), frame(51)], { epoch: 1, seq: 7 })).toMatchObject({ seen: ["frame 51"], missed: 1 });
});

test("another life of the gateway makes everything stale, though its numbers are smaller", () => {
  const { seen, missed, cursor } = play([hello(2, 9), frame(3, 9)], { epoch: 1, seq: 700 });
  expect({ seen, missed, cursor }).toEqual({ seen: ["frame 3"], missed: 1, cursor: { epoch: 9, seq: 3 } });
});

test("asks for what came after the cursor", () => {
  expect(socketPath(null)).toBe("/api/ws");
  expect(socketPath({ epoch: 4, seq: 12 })).toBe("/api/ws?epoch=4&since=12");
});
