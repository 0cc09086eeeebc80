/** The turns that run or wait, of all groups, each with what it does now. */
import type { GroupView } from "@praktor/protocol/rest";
import { Link } from "@tanstack/react-router";
import { Moon } from "lucide-react";
import { Badge } from "../components/badge.tsx";
import { Card } from "../components/card.tsx";
import { Empty, LoadingRows, Stale } from "../components/states.tsx";
import { TurnBar } from "../components/turn-bar.tsx";
import { useTurns } from "../live/live-context.tsx";
import { isLive } from "../live/live-turn.ts";
import { useAdoptedTurns } from "../live/use-adopted-turns.ts";
import { en } from "../text/en.ts";

export const RunningNow = ({ groups }: { groups: readonly GroupView[] | undefined }) => {
  const awake = (groups ?? []).filter((group) => group.agent_status === "running").map((group) => group.id);
  const { pending, error, retry } = useAdoptedTurns(awake);
  const names = new Map(groups?.map((group) => [group.id, group.name]));
  const turns = [...useTurns().values()].filter(isLive);
  return (
    <Card title={en.dashboard.running} aside={turns.length > 0 && <Badge tone="accent">{turns.length}</Badge>}>
      {error !== null && <Stale what={en.dashboard.running} error={error} onRetry={retry} />}
      {turns.length === 0 && (groups === undefined || pending) && <LoadingRows rows={1} />}
      {turns.length === 0 && groups !== undefined && !pending && error === null && (
        <Empty icon={Moon} title={en.dashboard.idleTitle}>
          {en.dashboard.idle}
        </Empty>
      )}
      {turns.length > 0 && (
        <ul className="divide-y">
          {turns.map((turn) => (
            <li key={turn.id} className="px-4 py-2.5">
              <TurnBar
                turn={turn}
                where={
                  <Link
                    to="/conversations/$groupId"
                    params={{ groupId: turn.groupId }}
                    search={{ conversation: turn.conversationId }}
                    className="shrink-0 rounded font-medium text-accent hover:underline"
                  >
                    {names.get(turn.groupId) ?? turn.groupId}
                  </Link>
                }
              />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
};
