import { expect, it, vi } from "vitest";
import { LiveText } from "./live-text.ts";

it("sends the first piece at once, gathers the rest, and loses nothing", () => {
  vi.useFakeTimers();
  const sent: [string, number, string][] = [];
  const live = new LiveText((...piece) => sent.push(piece), Date.now);
  for (let step = 0; step < 1_000; step += 1) {
    live.add("text", `${step} `);
    vi.advanceTimersByTime(1);
  }
  live.flush();
  expect(sent[0]).toEqual(["text", 0, "0 "]);
  expect(sent.length).toBeLessThanOrEqual(12);
  expect(sent.map(([, index]) => index)).toEqual(sent.map((_, position) => position));
  expect(sent.map(([, , content]) => content).join("")).toBe(
    Array.from({ length: 1_000 }, (_, step) => `${step} `).join(""),
  );
  vi.useRealTimers();
});

it("cuts a long piece so that each fits into one message, and counts thinking apart", () => {
  const sent: [string, number, string][] = [];
  const live = new LiveText(
    (...piece) => sent.push(piece),
    () => 0,
  );
  live.add("thinking", "hm");
  live.add("text", "x".repeat(200_000));
  live.flush();
  expect(sent.map(([type, index]) => `${type} ${index}`)).toEqual([
    "thinking 0",
    "text 0",
    "text 1",
    "text 2",
    "text 3",
  ]);
});
