/** Groups at the left, the chosen one's conversations at the right; on a phone one at a time. */
import type { GroupView } from "@praktor/protocol/rest";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useParams } from "@tanstack/react-router";
import { MessagesSquare, UsersRound } from "lucide-react";
import { lazy, Suspense } from "react";
import { approvalsQuery, groupsQuery } from "../api/queries.ts";
import { GroupMark } from "../components/group-mark.tsx";
import { useTitle } from "../components/page.tsx";
import { QueryView } from "../components/query-view.tsx";
import { Empty } from "../components/states.tsx";
import { cn } from "../lib/cn.ts";
import { ago, moment } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { useTurns } from "../live/live-context.tsx";
import { isLive } from "../live/live-turn.ts";
import { senderName } from "../live/sender-name.ts";
import { en } from "../text/en.ts";

const t = en.conversations;
const MessageExcerpt = lazy(async () => ({ default: (await import("./message-excerpt.tsx")).MessageExcerpt }));

export const ConversationsPage = () => {
  const { groupId } = useParams({ strict: false });
  // With a group chosen its name is the page's heading.
  const Heading = groupId === undefined ? "h1" : "h2";
  return (
    <div className="flex h-full min-h-0">
      <div
        className={cn("flex w-full shrink-0 flex-col md:w-72 md:border-r", groupId !== undefined && "max-md:hidden")}
      >
        <Heading className="flex h-14 shrink-0 items-center border-b px-4 text-base font-semibold tracking-tight">
          {t.title}
        </Heading>
        <GroupChoice />
      </div>
      <div className={cn("min-w-0 flex-1", groupId === undefined && "max-md:hidden")}>
        <Outlet />
      </div>
    </div>
  );
};

/** Shown while no group is chosen. */
export const NoGroupChosen = () => {
  useTitle(t.title);
  return (
    <div className="grid h-full place-items-center">
      <Empty icon={MessagesSquare} title={t.chooseTitle}>
        {t.choose}
      </Empty>
    </div>
  );
};

/** A task's run leaves no words here, but is something that happened. */
const lastAt = ({ last_message: message, last_active: active }: GroupView): string => message?.time ?? active ?? "";

const LastWords = ({ message }: { message: GroupView["last_message"] }) => {
  if (message === null) return t.nothingSaid;
  return (
    <>
      {senderName(message)}:{" "}
      <Suspense fallback={message.text.slice(0, 120)}>
        <MessageExcerpt text={message.text} />
      </Suspense>
    </>
  );
};

const GroupChoice = () => {
  const groups = useQuery(groupsQuery);
  const nowMs = useNow();
  const busy = new Set([...useTurns().values()].filter(isLive).map((turn) => turn.groupId));
  const { data: open = [] } = useQuery(approvalsQuery);
  const asking = new Set(open.map((approval) => approval.group_id));
  return (
    <nav aria-label={t.listLabel} className="min-h-0 flex-1 overflow-y-auto">
      <QueryView query={groups} what={en.groups.what}>
        {(data) =>
          data.length === 0 ? (
            <Empty icon={UsersRound} title={en.groups.emptyTitle}>
              {en.groups.empty}
            </Empty>
          ) : (
            <ul className="space-y-0.5 p-2">
              {data
                .toSorted((a, b) => lastAt(b).localeCompare(lastAt(a)))
                .map((group) => (
                  <li key={group.id}>
                    <Link
                      to="/conversations/$groupId"
                      params={{ groupId: group.id }}
                      className="flex items-center gap-3 rounded-lg px-2 py-2"
                      activeProps={{ className: "bg-accent-soft" }}
                      inactiveProps={{ className: "hover:bg-raised" }}
                    >
                      <GroupMark group={group} />
                      <span className="min-w-0 flex-1">
                        <span className="flex items-baseline gap-2">
                          <span className="truncate font-medium">{group.name}</span>
                          {lastAt(group) !== "" && (
                            <time
                              dateTime={lastAt(group)}
                              title={moment(lastAt(group))}
                              className="ml-auto shrink-0 text-xs text-muted"
                            >
                              {ago(lastAt(group), nowMs)}
                            </time>
                          )}
                        </span>
                        <span className="block truncate text-xs text-muted">
                          {asking.has(group.id) ? (
                            <span className="text-warn">{en.approvals.waiting}</span>
                          ) : busy.has(group.id) ? (
                            <span className="text-accent">{t.working}…</span>
                          ) : (
                            <LastWords message={group.last_message} />
                          )}
                        </span>
                      </span>
                    </Link>
                  </li>
                ))}
            </ul>
          )
        }
      </QueryView>
    </nav>
  );
};
