/** The members of a run, as a drawing or as a table that says the same. */
import type { SwarmNodeView, SwarmRunView } from "@praktor/protocol/swarm";
import { lazy, Suspense, useState } from "react";
import { Badge } from "../components/badge.tsx";
import { Card } from "../components/card.tsx";
import { ScrollArea } from "../components/scroll-area.tsx";
import { Segments } from "../components/segments.tsx";
import { span } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { messagesBetween, type RunMoment } from "../swarm/run-at.ts";
import { stateTone } from "../swarm/state-tone.ts";
import { en } from "../text/en.ts";

const t = en.swarmRun;
const TeamGraph = lazy(async () => ({ default: (await import("../swarm/team-graph.tsx")).TeamGraph }));

export interface SwarmMembersProps {
  run: SwarmRunView;
  moment: RunMoment;
  chosen: string | null;
  onChoose: (role: string) => void;
}

/** A phone begins with the table: a drawing of a team does not fit there. */
const firstView = (): "graph" | "table" => (matchMedia("(min-width: 48rem)").matches ? "graph" : "table");

export const SwarmMembers = (props: SwarmMembersProps) => {
  const [view, setView] = useState(firstView);
  return (
    <Card
      title={t.members}
      aside={
        <Segments
          label={t.view}
          value={view}
          options={[
            { value: "graph", label: t.graph },
            { value: "table", label: t.table },
          ]}
          onChange={setView}
        />
      }
    >
      {view === "graph" ? <Graph {...props} /> : <Table {...props} />}
    </Card>
  );
};

const Graph = ({ run, moment: { nodes, messages }, chosen, onChoose }: SwarmMembersProps) => {
  const working = new Set(nodes.filter(({ state }) => state === "running").map(({ role }) => role));
  return (
    <div className="h-96">
      <Suspense fallback={<p className="p-4 text-muted">{en.swarmForm.canvasLoading}</p>}>
        <TeamGraph
          label={t.graphLabel}
          members={nodes.map((node) => ({
            id: node.role,
            title: node.role,
            detail: en.swarms.cost(node.cost_usd),
            state: { word: t.state[node.state], tone: stateTone(node.state) },
            lead: node.is_lead,
            active: node.role === chosen,
          }))}
          edges={run.edges.map((edge) => {
            const count = messagesBetween(messages, edge.from, edge.to);
            return { ...edge, label: count === 0 ? null : t.edgeMessages(count), active: working.has(edge.to) };
          })}
          onMember={onChoose}
        />
      </Suspense>
    </div>
  );
};

const Table = ({ moment: { nodes, messages }, onChoose }: SwarmMembersProps) => (
  <ScrollArea aria-label={t.members} className="overflow-x-auto">
    <table className="w-full text-[13px]">
      <thead>
        <tr className="border-b text-left text-xs text-muted">
          <Heading>{t.columns.role}</Heading>
          <Heading>{t.columns.state}</Heading>
          <Heading right>{t.columns.messages}</Heading>
          <Heading right>{t.columns.turns}</Heading>
          <Heading right>{t.columns.cost}</Heading>
          <Heading right>{t.columns.took}</Heading>
        </tr>
      </thead>
      <tbody className="divide-y">
        {nodes.map((node) => (
          <tr key={node.role}>
            <td className="px-4 py-2.5">
              <button
                type="button"
                className="rounded font-medium text-accent hover:underline"
                onClick={() => onChoose(node.role)}
              >
                {node.role}
              </button>
              {node.is_lead && <span className="ml-2 text-xs text-muted">{t.lead}</span>}
            </td>
            <td className="px-4 py-2.5">
              <Badge tone={stateTone(node.state)}>{t.state[node.state]}</Badge>
            </td>
            <td className="px-4 py-2.5 text-right tabular-nums">
              {messages.filter(({ from }) => from === node.role).length}
            </td>
            <td className="px-4 py-2.5 text-right tabular-nums">{node.turns}</td>
            <td className="px-4 py-2.5 text-right tabular-nums">{en.swarms.cost(node.cost_usd)}</td>
            <td className="px-4 py-2.5 text-right whitespace-nowrap tabular-nums">
              <Took node={node} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollArea>
);

const Heading = ({ right = false, children }: { right?: boolean; children: string }) => (
  <th scope="col" className={`h-10 px-4 font-medium whitespace-nowrap ${right ? "text-right" : ""}`}>
    {children}
  </th>
);

const Took = ({ node: { started_at: started, finished_at: finished } }: { node: SwarmNodeView }) => {
  const nowMs = useNow();
  if (started === null) return "–";
  return span(Math.max(0, (finished === null ? nowMs : Date.parse(finished)) - Date.parse(started)));
};
