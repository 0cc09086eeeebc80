import * as fc from "fast-check";
import { expect, test } from "vitest";
import { EventRing } from "./event-ring.ts";

test("keeps the newest frames within both bounds, and says truly what it can replay", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 }),
      (maxFrames, maxBytes, sizes) => {
        const ring = new EventRing({ maxFrames, maxBytes });
        const all = sizes.map((size, index) => `${index + 1}:`.padEnd(size, "x"));
        for (const frame of all) ring.push(() => frame);
        expect(ring.last).toBe(all.length);

        const kept = all.filter((_, index) => ring.get(index + 1) !== undefined);
        expect(kept).toEqual(all.slice(all.length - kept.length));
        expect(kept.length).toBeLessThanOrEqual(maxFrames);
        // One frame is kept however large it is: the bound is about the others.
        expect(kept.length <= 1 || kept.join("").length <= maxBytes).toBe(true);
        expect(kept.length > 0).toBe(all.length > 0);

        for (let seen = -1; seen <= all.length + 1; seen += 1) {
          const missed = Array.from({ length: Math.max(0, all.length - seen) }, (_, index) =>
            ring.get(seen + 1 + index),
          );
          expect(ring.reaches(seen)).toBe(
            seen >= 0 && seen <= all.length && missed.every((frame) => frame !== undefined),
          );
        }
      },
    ),
  );
});

test("a frame knows its number", () => {
  const ring = new EventRing({ maxFrames: 2, maxBytes: 100 });
  ring.push((seq) => `first ${seq}`);
  ring.push((seq) => `second ${seq}`);
  expect([ring.get(0), ring.get(1), ring.get(2), ring.get(3)]).toEqual([undefined, "first 1", "second 2", undefined]);
});
