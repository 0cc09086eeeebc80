/** The members of a run, as a drawing or as a table that says the same. */
import type { SwarmMessageView, SwarmRunView } from "@praktor/protocol/swarm";
import { lazy, Suspense, useState } from "react";
import { Card } from "../components/card.tsx";
import { Segments } from "../components/segments.tsx";
import { flightsOn, hears, linesOf, toAllBy } from "../swarm/lines.ts";
import type { RunMoment } from "../swarm/run-at.ts";
import { stateTone } from "../swarm/state-tone.ts";
import { en } from "../text/en.ts";
import { MembersTable } from "./swarm-members-table.tsx";

const t = en.swarmRun;
const TeamGraph = lazy(async () => ({ default: (await import("../swarm/team-graph.tsx")).TeamGraph }));

export interface SwarmMembersProps {
  run: SwarmRunView;
  moment: RunMoment;
  /** Messages that are sent just now. */
  flying: readonly SwarmMessageView[];
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
      {view === "graph" ? <Graph {...props} /> : <MembersTable {...props} />}
    </Card>
  );
};

const Graph = ({ run, moment: { nodes, messages }, flying, chosen, onChoose }: SwarmMembersProps) => {
  const working = new Set(nodes.filter(({ state }) => state === "running").map(({ role }) => role));
  return (
    <div className="h-96">
      <Suspense fallback={<p className="p-4 text-muted">{en.swarmForm.drawingLoading}</p>}>
        <TeamGraph
          label={t.graphLabel}
          members={nodes.map((node) => {
            const toAll = toAllBy(node.role, messages);
            return {
              id: node.role,
              title: node.role,
              detail: [en.swarms.cost(node.cost_usd), ...(toAll === 0 ? [] : [t.saidToAll(toAll)])].join(" · "),
              state: { word: t.state[node.state], tone: stateTone(node.state) },
              lead: node.is_lead,
              added: false,
              hears: hears(node.role, flying),
              refusal: null,
            };
          })}
          lines={linesOf(run.edges, messages).map((line) => ({
            ...line,
            label: line.count === 0 ? null : t.edgeMessages(line.count),
            active: line.kind === "directed" && working.has(line.to),
            refused: false,
            flights: flightsOn(line, flying),
          }))}
          chosen={chosen === null ? null : { type: "member", key: chosen }}
          onChoose={(part) => part?.type === "member" && onChoose(part.key)}
        />
      </Suspense>
    </div>
  );
};
