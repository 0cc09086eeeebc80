/** The state of a group's sandbox, with start and stop. */
import type { AgentView, GroupView } from "@praktor/protocol/rest";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Play, Square } from "lucide-react";
import { useState } from "react";
import { startAgent } from "../api/endpoints.ts";
import { agentsQuery, groupsQuery, statusQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { Dot } from "../components/dot.tsx";
import { QueryView } from "../components/query-view.tsx";
import { LoadingRows } from "../components/states.tsx";
import { toastDone, toastFailed } from "../components/toasts.tsx";
import { span } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import type { Sample } from "../live/sandbox-sight.ts";
import { en } from "../text/en.ts";
import { GroupDisk } from "./group-disk.tsx";
import { SandboxLoad } from "./sandbox-load.tsx";
import { StopAgent } from "./stop-agent.tsx";

const t = en.group;

export const GroupSandbox = ({ group, samples }: { group: GroupView; samples: readonly Sample[] }) => {
  const agents = useQuery(agentsQuery);
  return (
    <Card title={t.sandbox}>
      <QueryView query={agents} what={t.sandbox} loading={<LoadingRows rows={1} />}>
        {(all) => {
          const agent = all.find((one) => one.group_id === group.id);
          return (
            <>
              <State group={group} agent={agent} />
              {agent?.status === "running" && <SandboxLoad samples={samples} />}
              {group.files !== null && <GroupDisk files={group.files} />}
            </>
          );
        }}
      </QueryView>
    </Card>
  );
};

const State = ({ group, agent }: { group: GroupView; agent: AgentView | undefined }) => {
  const client = useQueryClient();
  const nowMs = useNow();
  const [stopping, setStopping] = useState(false);
  const start = useMutation({
    mutationFn: () => startAgent(group.id),
    onSuccess: () => toastDone(t.started(group.name)),
    onError: (error) => toastFailed(t.startFailed(group.name), error),
    onSettled: () =>
      Promise.all(
        [agentsQuery, groupsQuery, statusQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey })),
      ),
  });
  const status = start.isPending ? "starting" : (agent?.status ?? "stopped");
  return (
    <div className="flex items-center gap-3 p-4">
      <Dot tone={status === "running" ? "ok" : status === "stopped" ? "off" : "warn"} />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{t.status[status]}</p>
        <p className="text-[13px] text-muted">
          {status === "stopped"
            ? t.sandboxStopped
            : agent !== undefined && t.since(span(nowMs - Date.parse(agent.started_at)))}
        </p>
      </div>
      {status === "stopped" && (
        <Button size="sm" onClick={() => start.mutate()}>
          <Play aria-hidden="true" />
          {t.start}
        </Button>
      )}
      {status === "running" && (
        <Button size="sm" aria-label={en.groups.stopOf(group.name)} onClick={() => setStopping(true)}>
          <Square aria-hidden="true" />
          {en.turn.stop}
        </Button>
      )}
      {stopping && <StopAgent group={group} onClose={() => setStopping(false)} />}
    </div>
  );
};
