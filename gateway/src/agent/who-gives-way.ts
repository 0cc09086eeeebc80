/** Which sandbox ends when another one is wanted and every place of its share is taken. */
import { PraktorError } from "../kit/praktor-error.ts";
import type { PoolEntry, Share } from "./pooled-sandbox.ts";

/** The least recently used idle one; null: there is a place. Throws `limit_reached` when all are busy. */
export function whoGivesWay(
  entries: readonly PoolEntry[],
  share: Share,
  places: number,
  isBusy: (groupId: string) => boolean,
): PoolEntry | null {
  const taken = entries.filter((entry) => entry.share === share);
  if (taken.length < places) return null;
  const [idlest] = taken
    .filter((entry) => entry.status === "running" && !isBusy(entry.groupId))
    .toSorted((left, right) => left.lastActiveAt - right.lastActiveAt);
  if (!idlest) throw noPlace(share, places);
  return idlest;
}

function noPlace(share: Share, places: number): PraktorError {
  return share === "chats"
    ? new PraktorError("limit_reached", `All ${places} sandboxes are busy with other groups.`, {
        hint: "Raise agent.max_containers, or wait.",
      })
    : new PraktorError("limit_reached", `All ${places} sandboxes of swarms are busy with other members.`, {
        hint: "Raise swarm.max_containers, or wait.",
      });
}
