/** One run of a swarm: its members at work, what they write to each other, the answer; and all of it again from its beginning. */
import type { SwarmBoardEntry, SwarmLimits, SwarmRunView } from "@praktor/protocol/swarm";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "../api/api-error.ts";
import { swarmBoardQuery, swarmMessagesQuery, swarmQuery } from "../api/swarm-endpoints.ts";
import { Badge } from "../components/badge.tsx";
import { Card } from "../components/card.tsx";
import { NotThere } from "../components/not-there.tsx";
import { Page } from "../components/page.tsx";
import { Prose } from "../components/prose.tsx";
import { QueryView } from "../components/query-view.tsx";
import { LoadingRows } from "../components/states.tsx";
import { span } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { LIMIT_FIELDS } from "../swarm/limit-draft.ts";
import { limitTexts } from "../swarm/limit-texts.ts";
import { runAt } from "../swarm/run-at.ts";
import { stateTone } from "../swarm/state-tone.ts";
import { useJustSaid } from "../swarm/use-just-said.ts";
import { en } from "../text/en.ts";
import { SwarmActions } from "./swarm-actions.tsx";
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
      actions={run.data && <SwarmActions run={run.data} />}
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
  const flying = useJustSaid(messages.data && shown.messages);
  const member = shown.nodes.find(({ role }) => role === chosen);
  return (
    <div className="space-y-4">
      {run.error !== null && <p className="rounded-lg bg-bad-soft px-3 py-2 text-[13px] text-bad">{run.error}</p>}
      <SwarmMembers run={run} moment={shown} flying={flying} chosen={chosen} onChoose={setChosen} />
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
                <p className="text-muted">
                  {run.answer === null && run.completed_at !== null ? t.neverAnswered : t.noAnswer}
                </p>
              ) : (
                <Prose text={run.answer} />
              )}
            </div>
          </Card>
          <Card title={t.task}>
            <p className="p-4 wrap-anywhere whitespace-pre-wrap">{run.task}</p>
          </Card>
          <Card title={t.limits}>
            <Limits limits={run.limits} />
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
                writtenBy(entries, atMs).length === 0 ? (
                  <p className="p-4 text-muted">{t.noBoard}</p>
                ) : (
                  <dl className="divide-y">
                    {writtenBy(entries, atMs).map(({ key, value, author }) => (
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

/** Only the last writing of an entry is kept, so at an earlier moment it is not there yet. */
const writtenBy = (entries: readonly SwarmBoardEntry[], atMs: number | null): readonly SwarmBoardEntry[] =>
  atMs === null ? entries : entries.filter(({ time }) => Date.parse(time) <= atMs);

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

const Limits = ({ limits }: { limits: SwarmLimits }) => {
  const texts = limitTexts(limits);
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-3 p-4 text-[13px] sm:grid-cols-4">
      {LIMIT_FIELDS.map((field) => (
        <div key={field}>
          <dt className="text-xs text-muted">{t.limitLabels[field]}</dt>
          <dd className="tabular-nums">{texts[field]}</dd>
        </div>
      ))}
    </dl>
  );
};

const Unknown = () => (
  <NotThere title={t.unknownTitle} back={<Link to="/swarms">{t.back}</Link>}>
    {t.unknown}
  </NotThere>
);
