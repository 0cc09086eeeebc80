/** The messages of a conversation with the turns that run in it, and the composer below. */
import type { ConversationView, GroupView } from "@praktor/protocol/rest";
import { useInfiniteQuery } from "@tanstack/react-query";
import { MessageSquareText } from "lucide-react";
import { useMemo } from "react";
import { messagesQuery } from "../api/queries.ts";
import { Empty, Failed, LoadingRows, Stale } from "../components/states.tsx";
import { TurnBar } from "../components/turn-bar.tsx";
import { useTurns } from "../live/live-context.tsx";
import { isLive, type LiveTurn } from "../live/live-turn.ts";
import { flatten } from "../live/message-pages.ts";
import { useAdoptedTurns } from "../live/use-adopted-turns.ts";
import { en } from "../text/en.ts";
import { Composer } from "./composer.tsx";
import { History } from "./history.tsx";
import { Outgoing } from "./outgoing.tsx";
import { QuestionsElsewhere } from "./questions-elsewhere.tsx";
import { type OutgoingFile, useOutgoing } from "./use-outgoing.ts";

export interface ThreadProps {
  group: GroupView;
  /** `null` for all conversations of the group. */
  conversationId: string | null;
  /** The message to begin at; `null` begins at the end. */
  around: number | null;
  /** Leaves the message that was begun at. */
  onLatest: () => void;
  chosen: ConversationView | null;
  conversations: readonly ConversationView[];
}

export const Thread = ({ group, conversationId, around, onLatest, chosen, conversations }: ThreadProps) => {
  const pages = useInfiniteQuery(messagesQuery(group.id, conversationId, around));
  const messages = useMemo(() => flatten(pages.data), [pages.data]);
  const groupIds = useMemo(() => [group.id], [group.id]);
  useAdoptedTurns(groupIds);
  const turns = useShownTurns(group.id, conversationId);
  const outgoing = useOutgoing(group.id, conversationId, messages);
  const page = conversations.find(({ kind }) => kind === "page") ?? null;
  const live = turns.filter(isLive);
  const send = (text: string, files: readonly OutgoingFile[]): void => {
    outgoing.send(text, files);
    // What is sent stands at the end of history.
    if (pages.hasPreviousPage) onLatest();
  };
  const retry = (): void => void pages.refetch();
  return (
    <div className="flex h-full min-h-0 flex-col">
      {pages.data === undefined ? (
        <div className="min-h-0 flex-1 overflow-y-auto">
          {pages.isError ? (
            <Failed what={en.history.what} error={pages.error} onRetry={retry} />
          ) : (
            <LoadingRows rows={5} className="mx-auto max-w-3xl" />
          )}
        </div>
      ) : (
        <>
          {pages.isError && !pages.isFetchNextPageError && (
            <Stale what={en.history.what} error={pages.error} onRetry={retry} />
          )}
          <History
            groupId={group.id}
            messages={messages}
            turns={turns}
            conversations={conversationId === null && conversations.length > 1 ? conversations : []}
            hasEarlier={pages.hasNextPage}
            loadingEarlier={pages.isFetchingNextPage}
            earlierError={pages.isFetchNextPageError ? pages.error : null}
            onEarlier={() => void pages.fetchNextPage()}
            hasLater={pages.hasPreviousPage}
            loadingLater={pages.isFetchingPreviousPage}
            onLater={() => void pages.fetchPreviousPage()}
            beginAt={around}
            onLatest={onLatest}
            empty={
              <Empty icon={MessageSquareText} title={en.history.emptyTitle} className="h-full">
                {en.history.empty}
              </Empty>
            }
          >
            {outgoing.items.map((item) => (
              <Outgoing key={item.key} item={item} onRetry={outgoing.retry} onDiscard={outgoing.discard} />
            ))}
          </History>
        </>
      )}
      <div className="shrink-0 border-t bg-ground px-4 pt-2.5 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
        <div className="mx-auto max-w-3xl space-y-2.5">
          {pages.data !== undefined && (
            <QuestionsElsewhere groupId={group.id} messages={messages} conversations={conversations} />
          )}
          {live.map((turn) => (
            <TurnBar key={turn.id} turn={turn} />
          ))}
          <Composer group={group} chosen={chosen} page={page} onSend={send} />
        </div>
      </div>
    </div>
  );
};

const useShownTurns = (groupId: string, conversationId: string | null): readonly LiveTurn[] => {
  const turns = useTurns();
  return useMemo(
    () =>
      [...turns.values()].filter(
        (turn) => turn.groupId === groupId && (conversationId === null || turn.conversationId === conversationId),
      ),
    [turns, groupId, conversationId],
  );
};
