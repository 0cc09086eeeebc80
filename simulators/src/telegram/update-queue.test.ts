import * as fc from "fast-check";
import { expect, it } from "vitest";
import { UpdateQueue } from "./update-queue.ts";

const never = new AbortController().signal;
const step = fc.oneof(
  fc.record({ type: fc.constant("push" as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ type: fc.constant("poll" as const), limit: fc.integer({ min: 1, max: 7 }), confirms: fc.boolean() }),
);

it("hands out every update in order until an offset has confirmed it, and never afterwards", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const queue = new UpdateQueue(1, () => 0);
      let pushed = 0;
      let offset = 0;
      for (const step of steps) {
        if (step.type === "push") {
          for (let n = 0; n < step.count; n += 1) pushed = queue.push({ message: n });
          continue;
        }
        const batch = await queue.take({ offset, limit: step.limit, timeoutSeconds: 0 }, never);
        const first = Math.max(offset, 1);
        const expected = Array.from({ length: Math.min(step.limit, pushed - first + 1) }, (_, at) => first + at);
        expect(batch.map((update) => update.update_id)).toEqual(expected);
        if (step.confirms) offset = (expected.at(-1) ?? offset - 1) + 1;
      }
      expect(queue.confirmed.map(({ updateId }) => updateId)).toEqual(queue.confirmed.map((_, at) => at + 1));
    }),
  );
});

it("ends a poll with nothing when the client has gone, and keeps the updates for the next", async () => {
  const queue = new UpdateQueue(1, () => 0);
  const gone = new AbortController();
  const poll = queue.take({ offset: 0, limit: 100, timeoutSeconds: 50 }, gone.signal);
  gone.abort();
  expect(await poll).toEqual([]);
  queue.push({ message: 1 });
  expect(queue.handedOut).toEqual([]);
  expect(await queue.take({ offset: 0, limit: 100, timeoutSeconds: 0 }, never)).toHaveLength(1);
});
