/** One group: its conversations' history, what the agent does now, the composer and the files. */
import type { ConversationView, GroupView } from "@praktor/protocol/rest";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft, FolderOpen, Settings2 } from "lucide-react";
import { conversationsQuery, groupsQuery } from "../api/queries.ts";
import { type ConversationSearch, readSearch } from "../app/conversation-search.ts";
import { ConnectionPill } from "../app/connection-pill.tsx";
import { Button } from "../components/button.tsx";
import { GroupMark } from "../components/group-mark.tsx";
import { NotThere } from "../components/not-there.tsx";
import { useTitle } from "../components/page.tsx";
import { QueryView } from "../components/query-view.tsx";
import { cn } from "../lib/cn.ts";
import { en } from "../text/en.ts";
import { ConversationPicker, conversationName } from "./conversation-picker.tsx";
import { FilesPanel } from "./files-panel.tsx";
import { Thread } from "./thread.tsx";

const t = en.conversations;
const route = getRouteApi("/conversations/$groupId");

export const ConversationPage = () => {
  const { groupId } = route.useParams();
  const groups = useQuery(groupsQuery);
  if (groups.data === undefined) return <NotYet groups={groups} />;
  const group = groups.data.find(({ id }) => id === groupId);
  // A new group is a new page: nothing typed or scrolled in one may show in another.
  return group === undefined ? <UnknownGroup id={groupId} /> : <GroupPage key={groupId} group={group} />;
};

/** Loading, or failed: with a way back, since a phone shows no navigation here. */
const NotYet = ({ groups }: { groups: UseQueryResult<GroupView[]> }) => (
  <>
    <header className="flex h-14 items-center gap-2 border-b px-3 md:px-4">
      <BackLink />
      <h1 className="font-semibold tracking-tight">{t.title}</h1>
    </header>
    <QueryView query={groups} what={en.groups.what}>
      {() => null}
    </QueryView>
  </>
);

const BackLink = () => (
  <Button variant="ghost" size="icon" asChild className="-ml-1 md:hidden">
    <Link to="/conversations" aria-label={t.back}>
      <ArrowLeft aria-hidden="true" />
    </Link>
  </Button>
);

const UnknownGroup = ({ id }: { id: string }) => (
  <NotThere title={t.unknownTitle} back={<Link to="/conversations">{t.back}</Link>}>
    {t.unknown(id)}
  </NotThere>
);

const GroupPage = ({ group }: { group: GroupView }) => {
  useTitle(group.name);
  const { conversation: chosenId = null, message: around = null, files = false, path = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (change: { [Key in keyof ConversationSearch]: ConversationSearch[Key] | null }): void =>
    void navigate({ search: (before) => readSearch({ ...before, ...change }) });
  const conversations = useQuery(conversationsQuery(group.id));
  const chosen = conversations.data?.find(({ id }) => id === chosenId) ?? null;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex h-14 shrink-0 items-center gap-2 border-b px-3 md:gap-3 md:px-4">
        <BackLink />
        <GroupMark group={group} className="max-md:hidden" />
        <div className="min-w-0 flex-1">
          <h1 className="truncate font-semibold tracking-tight">{group.name}</h1>
          <p className="truncate text-xs text-muted">
            <span className="md:hidden">{chosen === null ? t.all : conversationName(chosen)}</span>
            <span className="max-md:hidden">
              {group.model ?? en.groups.defaultModel} ·{" "}
              {group.agent_status === "running" ? en.groups.running : en.groups.stopped}
            </span>
          </p>
        </div>
        <div className="md:hidden">
          <ConnectionPill quiet />
        </div>
        <ConversationPicker
          conversations={conversations.data ?? EMPTY}
          chosenId={chosenId}
          onChoose={(id) => show({ conversation: id, message: null })}
        />
        <Button size="icon" asChild>
          <Link to="/groups/$id" params={{ id: group.id }} aria-label={t.settings} title={t.settings}>
            <Settings2 aria-hidden="true" />
          </Link>
        </Button>
        <Button
          size="icon"
          aria-pressed={files}
          aria-label={files ? t.hideFiles : t.showFiles}
          title={t.files}
          variant={files ? "pressed" : "outline"}
          onClick={() => show({ files: !files })}
        >
          <FolderOpen aria-hidden="true" />
        </Button>
      </header>
      <div className="flex min-h-0 flex-1">
        <div className={cn("min-w-0 flex-1", files && "max-lg:hidden")}>
          <Thread
            key={`${chosenId} ${around}`}
            group={group}
            conversationId={chosenId}
            around={around}
            onLatest={() => show({ message: null })}
            chosen={chosen}
            conversations={conversations.data ?? EMPTY}
          />
        </div>
        {files && <FilesPanel groupId={group.id} path={path} onPath={(next) => show({ path: next })} />}
      </div>
    </div>
  );
};

const EMPTY: readonly ConversationView[] = [];
