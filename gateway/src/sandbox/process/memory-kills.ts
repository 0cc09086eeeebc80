/** Guesses whether a process ended for want of memory: nobody tells its parent. */
import { readFileSync } from "node:fs";

/** How often the kernel has killed for memory since boot; 0 where it does not say. */
export function memoryKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

export interface Ending {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  killsBefore: number;
  killsAfter: number;
  lastOutput: string;
}

/** True when V8 said so on its way out, or when the process was killed while the kernel was killing for memory. */
export function endedForMemory(ending: Ending): boolean {
  const killed = ending.signal === "SIGKILL" || ending.exitCode === 137;
  return (
    (killed && ending.killsAfter > ending.killsBefore) ||
    ((ending.signal === "SIGABRT" || ending.exitCode === 134) && /heap out of memory/i.test(ending.lastOutput))
  );
}
