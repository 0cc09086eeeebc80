/** One message: a person's at the right, the agent's across the column, Praktor's own as a note. */
import type { MessageView } from "@praktor/protocol/rest";
import { Check, ChevronRight, CircleAlert, CircleHelp, Clock3, Info, type LucideIcon } from "lucide-react";
import { memo } from "react";
import { Prose } from "../components/prose.tsx";
import { TurnBlocks } from "../components/turn-blocks.tsx";
import { cn } from "../lib/cn.ts";
import { clock, moment, span } from "../lib/time.ts";
import { type LiveTurn, toolsOf } from "../live/live-turn.ts";
import { senderName } from "../live/sender-name.ts";
import { en } from "../text/en.ts";

const t = en.history;

export interface MessageRowProps {
  message: MessageView;
  /** The conversation's name, where messages of several are shown together. */
  conversation?: string | undefined;
  /** The turn that this answer ended, when this page watched it. */
  turn?: LiveTurn | undefined;
}

export const MessageRow = memo(({ message, conversation, turn }: MessageRowProps) => {
  if (message.role === "user") {
    return (
      <article className="ml-auto flex w-fit max-w-[85%] flex-col items-end">
        <div className="rounded-2xl rounded-br-md bg-accent-soft px-3.5 py-2 wrap-anywhere whitespace-pre-wrap">
          {message.text}
        </div>
        <Meta message={message} conversation={conversation} />
      </article>
    );
  }
  if (message.role === "notice") {
    return (
      <article className="rounded-xl border bg-panel px-3.5 py-2.5">
        <div className="flex gap-2.5">
          <Info className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden="true" />
          <div className="min-w-0 flex-1 text-[13px]">
            <Prose text={message.text} />
            <Meta message={message} conversation={conversation} />
          </div>
        </div>
      </article>
    );
  }
  return (
    <article>
      {turn !== undefined && <Steps turn={turn} />}
      <Prose text={message.text} />
      <Meta message={message} conversation={conversation} />
    </article>
  );
});
MessageRow.displayName = "MessageRow";

const Meta = ({ message, conversation }: Pick<MessageRowProps, "message" | "conversation">) => (
  <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-0.5 text-xs text-muted">
    <span>{senderName(message)}</span>
    <time dateTime={message.time} title={moment(message.time)} className="tabular-nums">
      {clock(message.time)}
    </time>
    {conversation !== undefined && <span className="max-w-48 truncate">{conversation}</span>}
    {message.delivery !== null && <Delivery state={message.delivery} />}
  </p>
);

const DELIVERY: Record<NonNullable<MessageView["delivery"]>, { icon: LucideIcon; className: string }> = {
  pending: { icon: Clock3, className: "" },
  sent: { icon: Check, className: "text-ok" },
  failed: { icon: CircleAlert, className: "text-bad" },
  uncertain: { icon: CircleHelp, className: "text-warn" },
};

const Delivery = ({ state }: { state: NonNullable<MessageView["delivery"]> }) => {
  const { icon: Icon, className } = DELIVERY[state];
  return (
    <span className={cn("inline-flex items-center gap-1", className)}>
      <Icon className="size-3.5" aria-hidden="true" />
      {t.delivery[state]}
    </span>
  );
};

const Steps = ({ turn }: { turn: LiveTurn }) => {
  const work = turn.blocks.filter(({ type }) => type !== "text");
  if (work.length === 0) return null;
  const tools = toolsOf(turn).length;
  const tookMs =
    turn.startedAt === null || turn.endedAt === null ? null : Date.parse(turn.endedAt) - Date.parse(turn.startedAt);
  const parts = [tools > 0 ? en.turn.steps(tools) : en.turn.thought, tookMs === null ? null : span(tookMs)];
  return (
    <details className="group/steps mb-2">
      <summary className="flex w-fit items-center gap-1 rounded-md text-[13px] text-muted hover:text-text">
        <ChevronRight className="size-4 transition-transform group-open/steps:rotate-90" aria-hidden="true" />
        {parts.filter((part) => part !== null).join(" · ")}
      </summary>
      <div className="mt-2">
        <TurnBlocks blocks={work} />
      </div>
    </details>
  );
};
