/** The last messages of all groups, each a way into its conversation. */
import type { GroupView, StatusView } from "@praktor/protocol/rest";
import { Link } from "@tanstack/react-router";
import { MessageSquare } from "lucide-react";
import { lazy, Suspense } from "react";
import { Card } from "../components/card.tsx";
import { GroupMark } from "../components/group-mark.tsx";
import { Empty } from "../components/states.tsx";
import { ago, moment } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { senderName } from "../live/sender-name.ts";
import { en } from "../text/en.ts";

const MessageExcerpt = lazy(async () => ({ default: (await import("./message-excerpt.tsx")).MessageExcerpt }));

export interface RecentMessagesProps {
  messages: StatusView["recent_messages"];
  groups: readonly GroupView[];
}

export const RecentMessages = ({ messages, groups }: RecentMessagesProps) => {
  const nowMs = useNow();
  const byId = new Map(groups.map((group) => [group.id, group]));
  const newest = messages.toSorted((a, b) => b.id - a.id);
  return (
    <Card title={en.dashboard.recent}>
      {newest.length === 0 ? (
        <Empty icon={MessageSquare} title={en.dashboard.recentEmptyTitle}>
          {en.dashboard.recentEmpty}
        </Empty>
      ) : (
        <ul className="divide-y">
          {newest.map((message) => {
            const group = byId.get(message.group_id);
            const name = group?.name ?? message.group_id;
            return (
              <li key={message.id}>
                <Link
                  to="/conversations/$groupId"
                  params={{ groupId: message.group_id }}
                  search={{ conversation: message.conversation_id }}
                  className="flex gap-3 px-4 py-2.5 -outline-offset-2 hover:bg-raised"
                >
                  <GroupMark group={group ?? { name, is_main: false, agent_status: "stopped" }} className="mt-0.5" />
                  <span className="min-w-0 flex-1">
                    <span className="flex items-baseline gap-2">
                      <span className="truncate font-medium">{name}</span>
                      <span className="shrink-0 text-xs text-muted">{senderName(message)}</span>
                      <time
                        dateTime={message.time}
                        title={moment(message.time)}
                        className="ml-auto shrink-0 text-xs text-muted"
                      >
                        {ago(message.time, nowMs)}
                      </time>
                    </span>
                    <span className="line-clamp-2 text-[13px] wrap-anywhere text-muted">
                      <Suspense fallback={message.text.slice(0, 240)}>
                        <MessageExcerpt text={message.text} />
                      </Suspense>
                    </span>
                  </span>
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
};
