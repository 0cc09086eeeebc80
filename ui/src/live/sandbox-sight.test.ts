import type { SandboxFrame } from "@praktor/protocol/sandbox-watch";
import { expect, test } from "vitest";
import { NOTHING_SEEN, seeFrame, type SandboxSight } from "./sandbox-sight.ts";

const see = (...frames: SandboxFrame[]): SandboxSight => frames.reduce(seeFrame, NOTHING_SEEN);
const log = (text: string): SandboxFrame => ({ type: "log", text });

test("pieces of the log are put together, without what is meant for terminals", () => {
  expect(see(log("\u001B[32mrea"), log("dy\u001B[0m\r\nnext")).log).toBe("ready\nnext");
});

test("of a long log the end is kept, from the beginning of a line", () => {
  const lines = Array.from({ length: 3 }, (_, place) => log(`line of ${place}\n`.repeat(5_000)));
  const { log: kept } = see(...lines);
  expect(kept.length).toBeLessThanOrEqual(100_000);
  expect(kept.startsWith("line of ")).toBe(true);
  expect(kept.endsWith("line of 2\n")).toBe(true);
});

test("what was left out and the end are said in their place", () => {
  expect(see(log("a"), { type: "gap", characters: 1200 }, log("b\n"), { type: "end" })).toMatchObject({
    log: "a\n[… 1,200 characters came too fast to show …]\nb\n[The sandbox has ended.]\n",
    ended: true,
  });
});

test("the last sixty measurements are kept", () => {
  const load = (percent: number): SandboxFrame => ({
    type: "load",
    at: "2026-01-01T00:00:00.000Z",
    cpu_percent: percent,
    memory_bytes: 1,
    memory_limit_bytes: null,
  });
  const { samples } = see(...Array.from({ length: 70 }, (_, percent) => load(percent)));
  expect(samples).toHaveLength(60);
  expect(samples.at(-1)?.cpuPercent).toBe(69);
});
