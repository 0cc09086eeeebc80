/** What becomes of a run whose turn ended: over, or tried again. Pure. */
import type { Task, TaskRun, Turn, TurnErrorCode } from "../store/rows.ts";

export type RunOutcome =
  | { type: "over"; state: "succeeded" | "failed" | "cancelled" | "skipped"; error: string | null }
  | { type: "again"; delayMs: number };

/** A run is queued this often at most; the waits are between its tries. */
const maxTries = 3;
const delaysMs = [60_000, 300_000];

/** What may work in a few minutes. The others need somebody. */
const passing: ReadonlySet<TurnErrorCode> = new Set([
  "model_rate_limit",
  "model_overloaded",
  "model_unreachable",
  "model_error",
  "start_failed",
  "lost",
  "agent_error",
]);

/** In the group's own conversation nothing is tried again by itself: a waiting turn would hold up the chat, and its people read what happened. */
export function runOutcome(task: Task, run: TaskRun, turn: Turn): RunOutcome {
  if (turn.state === "succeeded") return { type: "over", state: "succeeded", error: null };
  if (turn.errorCode === "not_needed") return { type: "over", state: "skipped", error: turn.error };
  if (turn.state === "cancelled") return { type: "over", state: "cancelled", error: turn.error };
  const mayPass = turn.errorCode !== null && passing.has(turn.errorCode);
  if (task.contextMode === "isolated" && mayPass && run.tries < maxTries) {
    return { type: "again", delayMs: delaysMs[run.tries - 1] ?? 300_000 };
  }
  return { type: "over", state: "failed", error: turn.error ?? "It failed without a reason." };
}
