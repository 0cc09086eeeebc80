/** Remembers on disk which process serves a group, so that a later gateway can end what an earlier one left. */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

const ProcessRecord = z.object({
  installId: z.string(),
  sandboxId: z.string(),
  pid: z.number().int().positive(),
  /** Boot and start time of the process: a number that was given to another process since does not match. */
  identity: z.string(),
});
export type ProcessRecord = z.infer<typeof ProcessRecord>;

/** Undefined where the process is gone or the system cannot tell (no /proc): then nothing is recorded and nothing is killed. */
export function processIdentity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may itself hold spaces and parentheses; the start time is the 20th field after it.
    const startedTicks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${startedTicks}`;
  } catch {
    return undefined;
  }
}

export function writeRecord(path: string, record: ProcessRecord): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(record));
}

export function removeRecord(path: string): void {
  rmSync(path, { force: true });
}

/** Kills the process groups that `stateBase` still names and that verifiably are this installation's. Resolves with their sandbox ids. */
export function endLeftovers(stateBase: string, installId: string): string[] {
  const ended: string[] = [];
  for (const entry of readdirSync(stateBase, { withFileTypes: true })) {
    const path = join(stateBase, entry.name, "sandbox.json");
    const record = entry.isDirectory() ? readRecord(path) : undefined;
    if (record?.installId !== installId) continue;
    if (record.identity === processIdentity(record.pid)) {
      killGroup(record.pid);
      ended.push(record.sandboxId);
    }
    removeRecord(path);
  }
  return ended;
}

/** Kills a process and all that it started and that did not leave its group. Fine when they are gone. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function readRecord(path: string): ProcessRecord | undefined {
  try {
    return ProcessRecord.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}
