/** One message: a person's at the right, the agent's across the column, Praktor's own as a note. */
import type { MessageView } from "@praktor/protocol/rest";
import { Check, CircleAlert, CircleHelp, Clock3, Info, type LucideIcon, ShieldQuestionMark } from "lucide-react";
import { memo } from "react";
import { Prose } from "../components/prose.tsx";
import { Question } from "../components/question.tsx";
import { cn } from "../lib/cn.ts";
import { clock, moment } from "../lib/time.ts";
import type { LiveTurn } from "../live/live-turn.ts";
import { senderName, sourceName } from "../live/sender-name.ts";
import { en } from "../text/en.ts";
import { MessageFiles } from "./message-files.tsx";
import { TurnSteps } from "./turn-steps.tsx";

const t = en.history;

export interface MessageRowProps {
  groupId: string;
  message: MessageView;
  /** The conversation's name, where messages of several are shown together. */
  conversation?: string | undefined;
  /** The turn that this answer ended, when this page watched it. */
  turn?: LiveTurn | undefined;
  /** Who answered its question in Telegram. */
  answerer?: string | undefined;
}

export const MessageRow = memo(({ groupId, message, conversation, turn, answerer }: MessageRowProps) => {
  if (message.role === "user") {
    return (
      <article className="ml-auto flex w-fit max-w-[85%] flex-col items-end">
        {message.text !== "" && (
          <div className="rounded-2xl rounded-br-md bg-accent-soft px-3.5 py-2 wrap-anywhere whitespace-pre-wrap">
            {message.text}
          </div>
        )}
        {message.files !== undefined && <MessageFiles groupId={groupId} files={message.files} />}
        <Meta message={message} conversation={conversation} />
      </article>
    );
  }
  if (message.role === "notice") {
    const { approval, text } = message;
    const Icon = approval === undefined ? Info : ShieldQuestionMark;
    return (
      <article
        className={cn("rounded-xl border bg-panel px-3.5 py-2.5", approval?.state === "open" && "border-warn/60")}
      >
        <div className="flex gap-2.5">
          <Icon
            className={cn(
              "mt-0.5 size-4 shrink-0",
              approval === undefined || approval.state === "open" ? "text-warn" : "text-muted",
            )}
            aria-hidden="true"
          />
          <div className="min-w-0 flex-1 text-[13px]">
            {approval === undefined ? (
              <Prose text={text} />
            ) : (
              <Question approval={approval} text={text} person={answerer} />
            )}
            <TurnSteps message={message} turn={turn} />
            <Meta message={message} conversation={conversation} />
          </div>
        </div>
      </article>
    );
  }
  return (
    <article>
      <Prose text={message.text} />
      <TurnSteps message={message} turn={turn} />
      <Meta message={message} conversation={conversation} />
    </article>
  );
});
MessageRow.displayName = "MessageRow";

const Meta = ({ message, conversation }: Pick<MessageRowProps, "message" | "conversation">) => {
  const source = sourceName(message, conversation);
  return (
    <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-0.5 text-xs text-muted">
      <span>{senderName(message)}</span>
      <time dateTime={message.time} title={moment(message.time)} className="tabular-nums">
        {clock(message.time)}
      </time>
      {source !== undefined && <span className="max-w-48 truncate">{source}</span>}
      {message.delivery !== null && <Delivery state={message.delivery} error={message.delivery_error} />}
    </p>
  );
};

const DELIVERY: Record<NonNullable<MessageView["delivery"]>, { icon: LucideIcon; className: string }> = {
  pending: { icon: Clock3, className: "" },
  sent: { icon: Check, className: "text-ok" },
  failed: { icon: CircleAlert, className: "text-bad" },
  uncertain: { icon: CircleHelp, className: "text-warn" },
};

interface DeliveryProps {
  state: NonNullable<MessageView["delivery"]>;
  error: string | undefined;
}

const Delivery = ({ state, error }: DeliveryProps) => {
  const { icon: Icon, className } = DELIVERY[state];
  return (
    <span className={cn("inline-flex items-center gap-1", className)}>
      <Icon className="size-3.5" aria-hidden="true" />
      {error === undefined ? t.delivery[state] : t.deliveryBecause(t.delivery[state], error)}
    </span>
  );
};
