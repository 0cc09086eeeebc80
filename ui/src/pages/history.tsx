/** The scrolling column of messages: stays at the end while one reads there, keeps its place otherwise, and holds a part of a long history only. */
import type { ConversationView, MessageView } from "@praktor/protocol/rest";
import { ArrowDown, LoaderCircle } from "lucide-react";
import { type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { sentence } from "../api/api-error.ts";
import { Button } from "../components/button.tsx";
import { ScrollArea } from "../components/scroll-area.tsx";
import { telegramId } from "../lib/approval-outcome.ts";
import { cn } from "../lib/cn.ts";
import { day } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import type { LiveTurn } from "../live/live-turn.ts";
import { movedDown, movedUp, windowOf } from "../live/message-window.ts";
import { en } from "../text/en.ts";
import { conversationName } from "./conversation-picker.tsx";
import { LiveTurnView } from "./live-turn-view.tsx";
import { MessageRow } from "./message-row.tsx";
import { useScroll } from "./use-scroll.ts";

const t = en.history;

export interface HistoryProps {
  groupId: string;
  messages: readonly MessageView[];
  turns: readonly LiveTurn[];
  /** Named beside each message; empty when all are of one conversation. */
  conversations: readonly ConversationView[];
  hasEarlier: boolean;
  loadingEarlier: boolean;
  earlierError: Error | null;
  onEarlier: () => void;
  /** What is loaded does not reach to the end of history. */
  hasLater: boolean;
  loadingLater: boolean;
  onLater: () => void;
  /** The message to begin at, which is marked; `null` begins at the end. */
  beginAt: number | null;
  /** Wanted at the end of a history that does not reach there. */
  onLatest: () => void;
  empty: ReactNode;
  /** Comes after the messages: those on their way. */
  children: ReactNode[];
}

export const History = (props: HistoryProps) => {
  const { messages, turns, conversations, children } = props;
  const nowMs = useNow(60_000);
  const { beginAt, hasLater } = props;
  const [lastId, setLastId] = useState<number | null>(null);
  const ids = useMemo(() => messages.map(({ id }) => id), [messages]);
  const shown = windowOf(ids, lastId);
  const endsHere = shown.end === ids.length;
  const endsHistory = endsHere && !hasLater;
  const { element, content, atEnd, onScroll, onPerson, toEnd } = useScroll({ endsHistory, beginAt });
  const toLatest = (): void => {
    if (hasLater) props.onLatest();
    setLastId(null);
    toEnd();
  };
  const names = new Map(conversations.map((conversation) => [conversation.id, conversationName(conversation)]));
  const byId = new Map(turns.map((turn) => [turn.id, turn]));
  // A question ends no turn: what goes on after it is still drawn.
  const words = messages.filter(({ role, approval }) => role !== "user" && approval === undefined);
  const closing = new Map(words.map(({ id, turn_id: turnId }) => [turnId, id] as const));
  const answered = new Set(words.map(({ turn_id: turnId }) => turnId));
  const people = new Map(messages.map(({ sender, sender_name: name }) => [sender, name ?? undefined]));
  const open = turns.filter((turn) => !answered.has(turn.id) && turn.state !== "succeeded");
  const isEmpty = messages.length === 0 && open.length === 0 && children.length === 0;
  return (
    <div className="relative min-h-0 flex-1">
      <ScrollArea
        ref={element}
        onScroll={onScroll}
        onWheel={onPerson}
        onTouchStart={onPerson}
        onPointerDown={onPerson}
        onKeyDown={onPerson}
        aria-label={t.label}
        className="h-full overflow-y-auto -outline-offset-2 [overflow-anchor:none]"
      >
        {isEmpty ? (
          props.empty
        ) : (
          <div ref={content} className="mx-auto max-w-3xl space-y-4 px-4 py-5">
            {shown.start > 0 ? (
              <Edge root={element} ready onReach={() => setLastId(movedUp(ids, shown))} />
            ) : (
              <Earlier {...props} root={element} />
            )}
            {messages.slice(shown.start, shown.end).map((message, place) => {
              const before = messages[shown.start + place - 1];
              const heading = day(message.time, nowMs);
              const turn =
                message.turn_id !== null && closing.get(message.turn_id) === message.id
                  ? byId.get(message.turn_id)
                  : undefined;
              return (
                <div key={message.id} data-row={message.id} className="space-y-4">
                  {(before === undefined || day(before.time, nowMs) !== heading) && <DayLine text={heading} />}
                  <div className={cn(message.id === beginAt && "-mx-2 rounded-xl p-2 ring-2 ring-accent")}>
                    <MessageRow
                      groupId={props.groupId}
                      message={message}
                      conversation={names.get(message.conversation_id)}
                      turn={turn}
                      answerer={people.get(`user:${telegramId(message.approval?.answered_by)}`)}
                    />
                  </div>
                </div>
              );
            })}
            {!endsHistory && (
              <Edge
                root={element}
                ready={!endsHere || !props.loadingLater}
                onReach={() => (endsHere ? props.onLater() : setLastId(movedDown(ids, shown)))}
              />
            )}
            {endsHistory && children}
            {endsHistory && open.map((turn) => <LiveTurnView key={turn.id} turn={turn} />)}
          </div>
        )}
      </ScrollArea>
      {!(atEnd && endsHistory) && (
        <Button size="pill" className="absolute bottom-3 left-1/2 -translate-x-1/2 shadow-lg" onClick={toLatest}>
          <ArrowDown aria-hidden="true" />
          {t.latest}
        </Button>
      )}
    </div>
  );
};

const DayLine = ({ text }: { text: string }) => (
  <div className="flex items-center gap-3 text-xs font-medium text-muted">
    <span className="h-px flex-1 bg-line" />
    {text}
    <span className="h-px flex-1 bg-line" />
  </div>
);

interface EdgeProps {
  root: RefObject<HTMLDivElement | null>;
  ready: boolean;
  onReach: () => void;
  children?: ReactNode;
}

/** Says so when it comes near the view, as often as it is drawn there. */
const Edge = ({ root, ready, onReach, children }: EdgeProps) => {
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!ready || mark.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) onReach();
      },
      { root: root.current, rootMargin: "400px 0px" },
    );
    observer.observe(mark.current);
    return () => observer.disconnect();
  });
  return (
    <div ref={mark} className="flex min-h-px flex-col items-center gap-2 text-xs text-muted">
      {children}
    </div>
  );
};

type EarlierProps = Pick<HistoryProps, "hasEarlier" | "loadingEarlier" | "earlierError" | "onEarlier" | "messages"> & {
  root: RefObject<HTMLDivElement | null>;
};

/** Loads by itself when it comes into view; a failure waits for the button. */
const Earlier = ({ hasEarlier, loadingEarlier, earlierError, onEarlier, messages, root }: EarlierProps) => {
  if (!hasEarlier) {
    return messages.length === 0 ? null : <p className="text-center text-xs text-muted">{t.beginning}</p>;
  }
  return (
    <Edge root={root} ready={!loadingEarlier && earlierError === null} onReach={onEarlier}>
      {earlierError !== null && (
        <p role="alert" className="text-bad">
          {t.earlierFailed}: {sentence(earlierError)}
        </p>
      )}
      <Button size="sm" variant="ghost" disabled={loadingEarlier} onClick={onEarlier}>
        {loadingEarlier && <LoaderCircle className="animate-spin" aria-hidden="true" />}
        {loadingEarlier ? t.earlierBusy : t.earlier}
      </Button>
    </Edge>
  );
};
