/** One run of a swarm: its members at work, what they write to each other, the answer; and all of it again from its beginning. */
import type { SwarmRunView } from "@praktor/protocol/swarm";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { RotateCcw, Square } from "lucide-react";
import { useState } from "react";
import { ApiError } from "../api/api-error.ts";
import {
  cancelSwarm,
  runSwarmAgain,
  swarmBoardQuery,
  swarmMessagesQuery,
  swarmQuery,
  swarmsQuery,
} from "../api/swarm-endpoints.ts";
import { Badge } from "../components/badge.tsx";
import { Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { Dialog } from "../components/dialog.tsx";
import { NotThere } from "../components/not-there.tsx";
import { Page } from "../components/page.tsx";
import { Prose } from "../components/prose.tsx";
import { QueryView } from "../components/query-view.tsx";
import { LoadingRows } from "../components/states.tsx";
import { toastDone, toastFailed } from "../components/toasts.tsx";
import { span } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { runAt } from "../swarm/run-at.ts";
import { stateTone } from "../swarm/state-tone.ts";
import { en } from "../text/en.ts";
import { SwarmMember } from "./swarm-member.tsx";
import { SwarmMembers } from "./swarm-members.tsx";
import { SwarmMessages } from "./swarm-messages.tsx";
import { SwarmReplay } from "./swarm-replay.tsx";

const t = en.swarmRun;
const route = getRouteApi("/swarms/$id");

export const SwarmRunPage = () => {
  const { id } = route.useParams();
  const run = useQuery(swarmQuery(id));
  if (run.error instanceof ApiError && run.error.code === "not_found") return <Unknown />;
  return (
    <Page
      title={run.data?.name ?? en.swarms.title}
      about={run.data && <About run={run.data} />}
      actions={run.data && <Actions run={run.data} />}
    >
      <QueryView query={run} what={t.what}>
        {(data) => <Run key={data.id} run={data} />}
      </QueryView>
    </Page>
  );
};

const Run = ({ run }: { run: SwarmRunView }) => {
  const messages = useQuery(swarmMessagesQuery(run.id));
  const board = useQuery(swarmBoardQuery(run.id));
  const [atMs, setAtMs] = useState<number | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = runAt(run, messages.data ?? [], atMs);
  const member = shown.nodes.find(({ role }) => role === chosen);
  return (
    <div className="space-y-4">
      {run.error !== null && <p className="rounded-lg bg-bad-soft px-3 py-2 text-[13px] text-bad">{run.error}</p>}
      <SwarmMembers run={run} moment={shown} chosen={chosen} onChoose={setChosen} />
      <SwarmReplay run={run} atMs={atMs} onMoment={setAtMs} />
      {member !== undefined && (
        <SwarmMember key={member.role} node={member} messages={shown.messages} onClose={() => setChosen(null)} />
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="min-w-0 space-y-4">
          <Card title={t.answer}>
            <div className="p-4">
              {run.answer === null ||
              (atMs !== null && run.completed_at !== null && atMs < Date.parse(run.completed_at)) ? (
                <p className="text-muted">{t.noAnswer}</p>
              ) : (
                <Prose text={run.answer} />
              )}
            </div>
          </Card>
          <Card title={t.task}>
            <p className="p-4 wrap-anywhere whitespace-pre-wrap">{run.task}</p>
          </Card>
        </div>
        <div className="min-w-0 space-y-4">
          <Card title={t.messages}>
            <QueryView query={messages} what={t.messagesWhat} loading={<LoadingRows rows={2} />}>
              {() => <SwarmMessages messages={shown.messages} />}
            </QueryView>
          </Card>
          <Card title={t.board}>
            <QueryView query={board} what={t.boardWhat} loading={<LoadingRows rows={1} />}>
              {(entries) =>
                entries.length === 0 ? (
                  <p className="p-4 text-muted">{t.noBoard}</p>
                ) : (
                  <dl className="divide-y">
                    {entries.map(({ key, value, author }) => (
                      <div key={key} className="px-4 py-3 text-[13px]">
                        <dt className="font-medium">
                          {key} <span className="font-normal text-muted">{t.boardBy(author)}</span>
                        </dt>
                        <dd className="wrap-anywhere whitespace-pre-wrap">{value}</dd>
                      </div>
                    ))}
                  </dl>
                )
              }
            </QueryView>
          </Card>
        </div>
      </div>
    </div>
  );
};

const About = ({ run }: { run: SwarmRunView }) => {
  const nowMs = useNow(run.completed_at === null ? 1000 : undefined);
  const endMs = run.completed_at === null ? nowMs : Date.parse(run.completed_at);
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-[13px]">
      <Badge tone={stateTone(run.status)}>{en.swarms.status[run.status]}</Badge>
      <span className="tabular-nums">{span(Math.max(0, endMs - Date.parse(run.started_at)))}</span>
      <span className="tabular-nums">{en.swarms.cost(run.cost_usd)}</span>
      <span className="tabular-nums">{en.swarms.tokens(run.tokens)}</span>
    </span>
  );
};

const Actions = ({ run }: { run: SwarmRunView }) => {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () => cancelSwarm(run.id),
    onSuccess: (now) => {
      toastDone(t.cancelled);
      client.setQueryData(swarmQuery(run.id).queryKey, now);
    },
    onError: (error) => toastFailed(t.cancelFailed, error),
    onSettled: () => setAsking(false),
  });
  const again = useMutation({
    mutationFn: () => runSwarmAgain(run.id),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: swarmsQuery.queryKey });
      await navigate({ to: "/swarms/$id", params: { id } });
    },
    onError: (error) => toastFailed(t.againFailed, error),
  });
  return (
    <div className="flex flex-wrap gap-2">
      <Button asChild>
        <Link to="/swarms">{t.back}</Link>
      </Button>
      {run.status === "running" ? (
        <Button variant="danger" onClick={() => setAsking(true)}>
          <Square className="size-3 fill-current stroke-none" aria-hidden="true" />
          {t.cancel}
        </Button>
      ) : (
        <Button disabled={again.isPending} onClick={() => again.mutate()}>
          <RotateCcw aria-hidden="true" />
          {t.again}
        </Button>
      )}
      {asking && (
        <Dialog title={t.cancelTitle} description={t.cancelBody} onClose={() => setAsking(false)}>
          <div className="flex justify-end gap-2">
            <Button onClick={() => setAsking(false)}>{t.keep}</Button>
            <Button variant="danger" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
              {cancel.isPending ? t.cancelBusy : t.cancelConfirm}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
};

const Unknown = () => (
  <NotThere title={t.unknownTitle} back={<Link to="/swarms">{t.back}</Link>}>
    {t.unknown}
  </NotThere>
);
