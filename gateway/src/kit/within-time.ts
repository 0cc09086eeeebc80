/** Ends what keeps this thread for longer than it may: no promise and no signal can. */
import { createContext, Script } from "node:vm";

/** Only the engine's watchdog is wanted of it: the work itself is a function of this realm. */
const room = createContext({});
const script = new Script("work()");

/**
 * What `work` returns, or null when it took longer than `limitMs`: then it was left wherever it stood, so it may change nothing that
 * anybody uses afterwards. Throws what it throws. For others' programs that read what agents wrote, whose worst cases are not known.
 */
export function withinTime<Result>(limitMs: number, work: () => Result): Result | null {
  let result: Result | null = null;
  Object.assign(room, { work: () => void (result = work()) });
  try {
    script.runInContext(room, { timeout: limitMs });
    return result;
  } catch (error) {
    if (isTimeout(error)) return null;
    throw error;
  } finally {
    Object.assign(room, { work: undefined });
  }
}

/** An error of the other realm: it is none of this one's classes. */
const isTimeout = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
