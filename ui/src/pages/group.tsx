/** One group: what it is called, its instructions, its sandbox and its conversations. */
import type { GroupView } from "@praktor/protocol/rest";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { MessagesSquare } from "lucide-react";
import { agentsQuery, groupsQuery } from "../api/queries.ts";
import { Badge } from "../components/badge.tsx";
import { Button } from "../components/button.tsx";
import { NotThere } from "../components/not-there.tsx";
import { Page } from "../components/page.tsx";
import { QueryView } from "../components/query-view.tsx";
import { useSandboxSight } from "../live/use-sandbox-sight.ts";
import { en } from "../text/en.ts";
import { GroupConversations } from "./group-conversations.tsx";
import { GroupApprovals } from "./group-approvals.tsx";
import { GroupFiles } from "./group-files.tsx";
import { GroupLimits } from "./group-limits.tsx";
import { GroupNetwork } from "./group-network.tsx";
import { GroupSandbox } from "./group-sandbox.tsx";
import { GroupSettings } from "./group-settings.tsx";
import { InstructionsCard } from "./instructions-card.tsx";
import { SandboxLog } from "./sandbox-log.tsx";

const t = en.group;
const route = getRouteApi("/groups/$id");

export const GroupDetailPage = () => {
  const { id } = route.useParams();
  const groups = useQuery(groupsQuery);
  const group = groups.data?.find((one) => one.id === id);
  if (groups.data !== undefined && group === undefined) return <UnknownGroup id={id} />;
  return (
    <Page
      title={group?.name ?? en.groups.title}
      about={group && <About group={group} />}
      actions={
        <Button asChild>
          <Link to="/conversations/$groupId" params={{ groupId: id }}>
            <MessagesSquare aria-hidden="true" />
            {t.openConversation}
          </Link>
        </Button>
      }
    >
      <QueryView query={groups} what={en.groups.what}>
        {() =>
          // A new group is a new page: nothing typed in one may show in another.
          group !== undefined && <Details key={group.id} group={group} />
        }
      </QueryView>
    </Page>
  );
};

const Details = ({ group }: { group: GroupView }) => {
  const agent = useQuery(agentsQuery).data?.find((one) => one.group_id === group.id);
  const sight = useSandboxSight(group.id, agent?.status === "running" ? agent.id : null);
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="min-w-0 space-y-4">
        <InstructionsCard group={group} />
        <GroupFiles group={group} />
        {agent?.status === "running" && <SandboxLog sight={sight} />}
      </div>
      <div className="space-y-4 max-lg:order-first">
        <GroupSandbox group={group} samples={sight.samples} />
        <GroupSettings key={`${group.name} ${group.model}`} group={group} />
        <GroupLimits key={`limit ${group.budget_per_day}`} group={group} />
        <GroupNetwork group={group} />
        <GroupApprovals key={group.approval_tools.join()} group={group} />
        <GroupConversations groupId={group.id} />
      </div>
    </div>
  );
};

const About = ({ group }: { group: GroupView }) => (
  <span className="flex items-center gap-2">
    <Badge tone={group.is_main ? "accent" : "neutral"}>{group.is_main ? en.groups.main : en.groups.standard}</Badge>
    <span className="font-mono text-xs">{group.id}</span>
  </span>
);

const UnknownGroup = ({ id }: { id: string }) => (
  <NotThere title={en.conversations.unknownTitle} back={<Link to="/groups">{en.conversations.back}</Link>}>
    {en.conversations.unknown(id)}
  </NotThere>
);
