/** What a process and all that came from it use, read from Linux's `/proc`. */
import { readdir, readFile } from "node:fs/promises";
import type { SandboxLoad } from "../sandbox.ts";

/** Linux tells processor time in hundredths of a second, whatever the kernel's own clock: `man 5 proc`, USER_HZ. */
const msPerTick = 10;
const pageBytes = 4096;
/** Files of `/proc` that are read at once: each is a thread of the pool. */
const atOnce = 16;

interface ProcessFigures {
  pid: number;
  parent: number;
  cpuTicks: number;
  memoryPages: number;
}

/** Null where there is no `/proc`, or no such process. Processor time of children that have ended counts with their parents. */
export async function processTreeLoad(rootPid: number): Promise<SandboxLoad | null> {
  const figures = await allProcesses();
  const byParent = Map.groupBy(figures, ({ parent }) => parent);
  const found = figures.filter(({ pid }) => pid === rootPid);
  if (found.length === 0) return null;
  // Grows while it is walked.
  for (const { pid } of found) found.push(...(byParent.get(pid) ?? []));
  return {
    cpuMs: found.reduce((sum, { cpuTicks }) => sum + cpuTicks * msPerTick, 0),
    memoryBytes: found.reduce((sum, { memoryPages }) => sum + memoryPages * pageBytes, 0),
    memoryLimitBytes: null,
  };
}

async function allProcesses(): Promise<ProcessFigures[]> {
  const names = await readdir("/proc").catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name));
  const figures: ProcessFigures[] = [];
  for (let at = 0; at < pids.length; at += atOnce) {
    const texts = pids.slice(at, at + atOnce).map((pid) => readFile(`/proc/${pid}/stat`, "latin1").catch(() => ""));
    for (const text of await Promise.all(texts)) {
      const one = parseStat(text);
      if (one) figures.push(one);
    }
  }
  return figures;
}

/** Null for what is no such line: a process that has just gone. */
export function parseStat(text: string): ProcessFigures | null {
  // The program's name stands in parentheses and may hold some itself.
  const end = text.lastIndexOf(")");
  if (end < 0) return null;
  const fields = text.slice(end + 2).split(" ");
  const number = (place: number): number => Number(fields[place - 3] ?? Number.NaN);
  const figures = {
    pid: Number.parseInt(text, 10),
    parent: number(4),
    cpuTicks: number(14) + number(15) + number(16) + number(17),
    memoryPages: number(24),
  };
  return Object.values(figures).every(Number.isFinite) ? figures : null;
}
