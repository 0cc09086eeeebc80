/** A guess that must not cry wolf: being killed is common, want of memory is rare. */
import { expect, test } from "vitest";
import { endedForMemory, type Ending } from "./memory-kills.ts";

const killed: Ending = { exitCode: null, signal: "SIGKILL", killsBefore: 4, killsAfter: 4, lastOutput: "" };

test.each<[string, Ending, boolean]>([
  ["killed by somebody", killed, false],
  ["killed while the kernel killed for memory", { ...killed, killsAfter: 5 }, true],
  ["killed so inside bubblewrap", { ...killed, signal: null, exitCode: 137, killsAfter: 5 }, true],
  ["ended by itself while the kernel killed another", { ...killed, signal: null, exitCode: 1, killsAfter: 5 }, false],
  ["aborted by V8", { ...killed, signal: "SIGABRT", lastOutput: "FATAL ERROR: … JavaScript heap out of memory" }, true],
  ["aborted for another reason", { ...killed, signal: "SIGABRT", lastOutput: "assertion failed" }, false],
])("%s", (_, ending, expected) => {
  expect(endedForMemory(ending)).toBe(expected);
});
