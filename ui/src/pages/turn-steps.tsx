/** What was done for an answer, folded into one line below it: from this page's own watching, or else from the gateway. */
import type { MessageView } from "@praktor/protocol/rest";
import type { ToolStep } from "@praktor/protocol/turn-steps";
import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { turnStepsQuery } from "../api/queries.ts";
import { QueryView } from "../components/query-view.tsx";
import { LoadingRows } from "../components/states.tsx";
import { TurnBlocks } from "../components/turn-blocks.tsx";
import { span } from "../lib/time.ts";
import { type Block, type LiveTurn, toolsOf } from "../live/live-turn.ts";
import { en } from "../text/en.ts";

export interface TurnStepsProps {
  message: MessageView;
  /** The turn that this message ended, when this page watched it. */
  turn: LiveTurn | undefined;
}

export const TurnSteps = ({ message, turn }: TurnStepsProps) => {
  const [open, setOpen] = useState(false);
  const watched = turn?.blocks.filter(({ type }) => type !== "text") ?? [];
  const summary = watched.length > 0 && turn !== undefined ? watchedSummary(turn) : storedSummary(message.work);
  if (summary === null) return null;
  return (
    <details className="group/steps mt-2" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="flex w-fit items-center gap-1 rounded-md text-[13px] text-muted hover:text-text">
        <ChevronRight className="size-4 transition-transform group-open/steps:rotate-90" aria-hidden="true" />
        {summary}
      </summary>
      <div className="mt-2">
        {watched.length > 0 ? (
          <TurnBlocks blocks={watched} />
        ) : (
          open && message.turn_id !== null && <StoredSteps turnId={message.turn_id} />
        )}
      </div>
    </details>
  );
};

const StoredSteps = ({ turnId }: { turnId: string }) => {
  const steps = useQuery(turnStepsQuery(turnId));
  return (
    <QueryView query={steps} what={en.turn.stepsWhat} loading={<LoadingRows rows={1} />}>
      {(data) =>
        data.steps.length === 0 ? (
          <p className="text-[13px] text-muted">{en.turn.stepsForgotten}</p>
        ) : (
          <TurnBlocks blocks={data.steps.map(toBlock)} />
        )
      }
    </QueryView>
  );
};

const watchedSummary = (turn: LiveTurn): string => {
  const tools = toolsOf(turn).length;
  const tookMs =
    turn.startedAt === null || turn.endedAt === null ? null : Date.parse(turn.endedAt) - Date.parse(turn.startedAt);
  return joined([tools > 0 ? en.turn.steps(tools) : en.turn.thought, tookMs === null ? null : span(tookMs)]);
};

const storedSummary = (work: MessageView["work"]): string | null =>
  work === null || work.steps === 0 ? null : joined([en.turn.steps(work.steps), span(work.duration_ms)]);

const joined = (parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join(" · ");

const toBlock = (step: ToolStep): Block => ({
  type: "tool",
  id: step.id,
  name: step.name,
  input: step.input,
  output: step.output,
  isError: step.is_error,
  durationMs: step.duration_ms,
  done: true,
});
