import type { SandboxFrame } from "@praktor/protocol/sandbox-watch";
import { expect, test } from "vitest";
import { Redactor } from "../vault/redactor.ts";
import { cpuPercent, SandboxLook } from "./sandbox-look.ts";
import { MemorySandboxHost } from "./testing/memory-sandbox-host.ts";

const redactor = new Redactor();
redactor.know("secret TOKEN", ["ghp_canaryVALUE0123456789"]);

const load = (cpuMs: number) => ({ cpuMs, memoryBytes: 1000.4, memoryLimitBytes: null });

async function running(): Promise<{ host: MemorySandboxHost; look: SandboxLook; frames: SandboxFrame[] }> {
  const host = new MemorySandboxHost();
  await host.launch({ groupId: "g", network: "open", folder: "g", sandboxId: "s1", generation: 1, environment: {} });
  let now = 0;
  const look = new SandboxLook({
    host,
    pool: { list: () => [...host.running.values()].map((one) => ({ ...one, status: "running" })) },
    clock: { now: () => (now += 1000) },
    redactedStream: () => redactor.stream(),
    everyMs: 1,
  });
  return { host, look, frames: [] };
}

test("shows the last lines, then what is used between two measurements, then the end", async () => {
  const { host, look, frames } = await running();
  host.output = "one\ntwo";
  host.loads.push(load(100), load(350));
  const watched = look.watch("g", (frame) => frames.push(frame), new AbortController().signal);
  await expect.poll(() => frames.length).toBe(2);
  host.crash("g");
  await watched;
  expect(frames).toEqual([
    { type: "log", text: "one\ntwo" },
    expect.objectContaining({ type: "load", cpu_percent: 25, memory_bytes: 1000, memory_limit_bytes: null }),
    { type: "end" },
  ]);
});

test("shows no known secret, neither among the first lines nor cut into pieces later", async () => {
  const { host, look, frames } = await running();
  host.output = "first ghp_canaryVALUE0123456789\n";
  const watched = look.watch("g", (frame) => frames.push(frame), new AbortController().signal);
  for (const piece of ["then ghp_can", "aryVALUE01234", "56789 and ghp_"]) host.print(piece);
  host.crash("g");
  await watched;
  const shown = frames.flatMap((frame) => (frame.type === "log" ? [frame.text] : [])).join("");
  expect(shown).toBe("first [redacted]\nthen [redacted] and ghp_");
});

test("measures no more once nobody looks", async () => {
  const { host, look, frames } = await running();
  const gone = new AbortController();
  const watched = look.watch("g", (frame) => frames.push(frame), gone.signal);
  gone.abort(new Error("gone"));
  await expect(watched).rejects.toThrow("gone");
  host.loads.push(load(1), load(2));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(host.loads).toHaveLength(2);
});

test("there is nothing to see of a group whose sandbox is not there", async () => {
  const { look } = await running();
  expect(look.watch("other", () => {}, new AbortController().signal)).toBeNull();
});

test("the share is never below zero, and no clock that stands still divides by it", () => {
  const at = (cpuMs: number, moment: number) => ({ load: load(cpuMs), at: moment });
  expect(cpuPercent(at(500, 0), at(400, 1000))).toBe(0);
  expect(cpuPercent(at(0, 5), at(400, 5))).toBe(0);
  expect(cpuPercent(at(0, 0), at(3000, 2000))).toBe(150);
});
