/** A turn that has no answer in history yet: what streams in, or why it ended without one. */
import { CircleAlert, CircleStop, RotateCcw } from "lucide-react";
import { TurnBlocks } from "../components/turn-blocks.tsx";
import type { LiveTurn } from "../live/live-turn.ts";
import { en } from "../text/en.ts";

const t = en.turn;

export const LiveTurnView = ({ turn }: { turn: LiveTurn }) => {
  if (turn.state === "queued") return null;
  return (
    <div className="space-y-2">
      <TurnBlocks blocks={turn.blocks} />
      {turn.restartReason !== null && turn.state === "running" && (
        <p className="flex items-center gap-2 text-xs text-warn">
          <RotateCcw className="size-3.5 shrink-0" aria-hidden="true" />
          {t.restarted}
        </p>
      )}
      {turn.state === "failed" && (
        <p className="flex items-start gap-2 text-[13px] text-bad">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
          <span>
            {t.failed}
            {turn.error !== null && `: ${turn.error}`}
          </span>
        </p>
      )}
      {turn.state === "cancelled" && (
        <p className="flex items-center gap-2 text-[13px] text-muted">
          <CircleStop className="size-4 shrink-0" aria-hidden="true" />
          {t.cancelled}
        </p>
      )}
    </div>
  );
};
