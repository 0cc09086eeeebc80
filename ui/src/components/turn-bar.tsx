/** A live turn in one line: what it does, for how long, and the button that stops it. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Square } from "lucide-react";
import type { ReactNode } from "react";
import { stopTurn } from "../api/endpoints.ts";
import { approvalsQuery } from "../api/queries.ts";
import { span } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { activity } from "../live/activity.ts";
import { useSocketState } from "../live/live-context.tsx";
import type { LiveTurn } from "../live/live-turn.ts";
import { en } from "../text/en.ts";
import { Button } from "./button.tsx";
import { Dot } from "./dot.tsx";
import { toastFailed } from "./toasts.tsx";

export interface TurnBarProps {
  turn: LiveTurn;
  /** Where it runs, when that is not plain from the place. */
  where?: ReactNode;
}

export const TurnBar = ({ turn, where }: TurnBarProps) => {
  const nowMs = useNow(1000);
  const stop = useMutation({
    mutationFn: () => stopTurn(turn.id),
    onError: (error) => toastFailed(en.turn.stopFailed, error),
  });
  const queued = turn.state === "queued";
  const asks =
    useQuery({ ...approvalsQuery, select: (open) => open.some(({ turn_id: id }) => id === turn.id) }).data === true;
  const isAway = useSocketState() === "away";
  const known = activity(turn);
  const { label, detail } = isAway ? { label: en.turn.away, detail: en.turn.awayDetail } : known;
  const since = Date.parse(turn.startedAt ?? turn.queuedAt);
  return (
    <div className="flex min-w-0 items-center gap-2.5 text-[13px]">
      <Dot tone={queued || isAway ? "off" : asks ? "warn" : "accent"} breathing={!queued && !asks && !isAway} />
      <div className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2">
        {where}
        <span className="max-w-full truncate font-medium">
          {isAway ? label : stop.isSuccess ? en.turn.stopping : asks ? en.approvals.waiting : label}
        </span>
        <span className="min-w-0 max-w-full truncate font-mono text-xs text-muted">{detail}</span>
      </div>
      {turn.attempt > 1 && <span className="shrink-0 text-xs text-warn">{en.turn.attempt(turn.attempt)}</span>}
      {!isAway && (
        <span className="shrink-0 text-xs text-muted tabular-nums">
          {span(Math.max(0, Math.floor((nowMs - since) / 1000) * 1000)).replace(".0", "")}
        </span>
      )}
      <Button
        size="sm"
        variant="danger"
        disabled={stop.isPending || stop.isSuccess || isAway}
        aria-label={en.turn.stopOf(known.label)}
        onClick={() => stop.mutate()}
      >
        <Square className="fill-current stroke-none size-3" aria-hidden="true" />
        {en.turn.stop}
      </Button>
    </div>
  );
};
