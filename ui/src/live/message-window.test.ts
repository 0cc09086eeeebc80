import { expect, test } from "vitest";
import { movedDown, movedUp, WINDOW_ROWS, windowOf } from "./message-window.ts";

const ids = Array.from({ length: 10_000 }, (_, place) => place + 1);

test("a short history is in the page as a whole", () => {
  expect(windowOf([1, 2, 3], null)).toEqual({ start: 0, end: 3 });
  expect(windowOf([], 7)).toEqual({ start: 0, end: 0 });
});

test("the window goes over all of a long history and back, and never holds more than its size", () => {
  const seen = new Set<number>();
  let lastId: number | null = null;
  for (let moves = 0; ; moves++) {
    const shown = windowOf(ids, lastId);
    expect(shown.end - shown.start).toBe(WINDOW_ROWS);
    for (const id of ids.slice(shown.start, shown.end)) seen.add(id);
    if (shown.start === 0) break;
    expect(moves).toBeLessThan(1000);
    lastId = movedUp(ids, shown);
  }
  expect(seen.size).toBe(ids.length);
  let moves = 0;
  while (lastId !== null) {
    lastId = movedDown(ids, windowOf(ids, lastId));
    expect(moves++).toBeLessThan(1000);
  }
  expect(windowOf(ids, lastId).end).toBe(ids.length);
});

test("it stays where it is when earlier and later messages are put in", () => {
  const some = ids.slice(1000, 2000);
  const lastId = movedUp(some, windowOf(some, null));
  const { end } = windowOf(ids, lastId);
  expect(ids[end - 1]).toBe(lastId);
});
