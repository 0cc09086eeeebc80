/** Makes a queued turn a running one, for all who claim. */
import type { TurnClaim } from "./contract/turn-store.ts";
import type { Queries } from "./database.ts";
import { deadlineOf, nextTurn } from "./turn-queue.ts";
import type { TurnRow } from "./turn-rows.ts";

/** The conversation's oldest queued turn, now running; null when one runs already, none waits, the oldest must wait, or is not `only`. */
export async function claimTurn(
  queries: Queries,
  { conversationId, epoch, deadlineAt, sandboxGeneration = null }: TurnClaim,
  now: number,
  only?: string,
): Promise<TurnRow | null> {
  const next = await nextTurn(queries, conversationId, now);
  if (!next || (only !== undefined && next.id !== only)) return null;
  return await queries
    .updateTable("turns")
    .set({
      state: "running",
      attempt: next.attempt + 1,
      tries: next.tries + 1,
      lease_epoch: epoch,
      sandbox_generation: sandboxGeneration,
      deadline_at: await deadlineOf(queries, next, deadlineAt, now),
      not_before: null,
      started_at: next.started_at ?? now,
    })
    .where("id", "=", next.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}
