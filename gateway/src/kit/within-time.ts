/** Ends what keeps this thread for longer than it may: no promise and no signal can. */
import { createContext, Script } from "node:vm";

/** Only the engine's watchdog is wanted of it: the work itself is a function of this realm. */
const room = createContext({});
const script = new Script("work()");

/** Where others keep the processor from this thread, its time is longer by so much. */
const patience = 4;
const timedOut = Symbol("timed out");

/**
 * What `work` returns, or null when it took longer than `limitMs`: then it was left wherever it stood, so it may change nothing that
 * anybody uses afterwards. Throws what it throws. For others' programs that read what agents wrote, whose worst cases are not known.
 */
export function withinTime<Result>(limitMs: number, work: () => Result): Result | null {
  const before = process.threadCpuUsage();
  const first = attempt(limitMs, work);
  if (first !== timedOut) return first;
  const { user, system } = process.threadCpuUsage(before);
  const wasKeptWaiting = (user + system) / 1_000 < limitMs / 2;
  const second = wasKeptWaiting ? attempt(patience * limitMs, work) : timedOut;
  return second === timedOut ? null : second;
}

function attempt<Result>(limitMs: number, work: () => Result): Result | typeof timedOut {
  let result: Result | typeof timedOut = timedOut;
  Object.assign(room, { work: () => void (result = work()) });
  try {
    script.runInContext(room, { timeout: limitMs });
    return result;
  } catch (error) {
    if (isTimeout(error)) return timedOut;
    throw error;
  } finally {
    Object.assign(room, { work: undefined });
  }
}

/** An error of the other realm: it is none of this one's classes. */
const isTimeout = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
