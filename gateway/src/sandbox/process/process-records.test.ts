/** Only processes that verifiably are this installation's are ended. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endLeftovers, killGroup, processIdentity, writeRecord } from "./process-records.ts";

let stateBase: string;
let pid: number;
beforeEach(() => {
  stateBase = mkdtempSync(join(tmpdir(), "praktor-records-"));
  pid = spawn("sleep", ["60"], { detached: true, stdio: "ignore" }).pid ?? 0;
});
afterEach(() => {
  killGroup(pid);
  rmSync(stateBase, { recursive: true });
});

const record = (): string => join(stateBase, "one", "sandbox.json");
const remember = (installId: string, identity: string): void =>
  writeRecord(record(), { installId, sandboxId: "sb-1", pid, identity });

test("ends what an earlier gateway of this installation left", async () => {
  remember("ours", processIdentity(pid) ?? "");
  expect(endLeftovers(stateBase, "ours")).toEqual(["sb-1"]);
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
  expect(endLeftovers(stateBase, "ours")).toEqual([]);
});

test("leaves another installation's process and record alone", () => {
  remember("theirs", processIdentity(pid) ?? "");
  expect(endLeftovers(stateBase, "ours")).toEqual([]);
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  expect(existsSync(record())).toBe(true);
});

test("leaves a process alone that was given the number of one that is gone", () => {
  remember("ours", "another-boot:42");
  expect(endLeftovers(stateBase, "ours")).toEqual([]);
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  expect(existsSync(record())).toBe(false);
});
