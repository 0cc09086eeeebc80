/** The members of a run as a table: all that the drawing shows. On a phone what stands in columns elsewhere stands below the name. */
import type { SwarmNodeView, SwarmRunView } from "@praktor/protocol/swarm";
import { Badge } from "../components/badge.tsx";
import { span } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { linesOf, toAllBy } from "../swarm/lines.ts";
import type { RunMoment } from "../swarm/run-at.ts";
import { stateTone } from "../swarm/state-tone.ts";
import { en } from "../text/en.ts";

const t = en.swarmRun;

export interface MembersTableProps {
  run: SwarmRunView;
  moment: RunMoment;
  onChoose: (role: string) => void;
}

export const MembersTable = ({ run, moment, onChoose }: MembersTableProps) => (
  <table className="w-full text-[13px]">
    <thead>
      <tr className="border-b text-left text-xs text-muted">
        <Heading>{t.columns.role}</Heading>
        <Heading>{t.columns.state}</Heading>
        <Heading wide>{t.columns.with}</Heading>
        <Heading wide right>
          {t.columns.turns}
        </Heading>
        <Heading wide right>
          {t.columns.cost}
        </Heading>
        <Heading wide right>
          {t.columns.took}
        </Heading>
      </tr>
    </thead>
    <tbody className="divide-y">
      {moment.nodes.map((node) => (
        <Row key={node.role} node={node} ties={tiesOf(node.role, run, moment)} onChoose={onChoose} />
      ))}
    </tbody>
  </table>
);

/** With whom it works, a sentence for each line of the drawing that meets it. */
const tiesOf = (role: string, { edges }: SwarmRunView, { messages }: RunMoment): string[] => {
  const toAll = toAllBy(role, messages);
  const lines = linesOf(edges, messages).flatMap(({ from, to, kind, count }) => {
    if (from !== role && to !== role) return [];
    const tie = kind === "directed" ? (from === role ? "gives" : "gets") : kind;
    const words = t.ties[tie](from === role ? to : from);
    return [count === 0 ? words : `${words} (${t.edgeMessages(count)})`];
  });
  return toAll === 0 ? lines : [...lines, t.ties.toAll(t.edgeMessages(toAll))];
};

const cell = "px-4 py-2.5 align-top";
const wideCell = `${cell} hidden md:table-cell`;

const Row = ({
  node,
  ties,
  onChoose,
}: {
  node: SwarmNodeView;
  ties: readonly string[];
  onChoose: (role: string) => void;
}) => (
  <tr>
    <td className={cell}>
      <button
        type="button"
        className="rounded font-medium text-accent hover:underline"
        onClick={() => onChoose(node.role)}
      >
        {node.role}
      </button>
      {node.is_lead && <span className="ml-2 text-xs text-muted">{t.lead}</span>}
      <div className="mt-1 space-y-0.5 text-xs text-muted md:hidden">
        <Ties ties={ties} />
        <p className="tabular-nums">
          {t.turns(node.turns)} · {en.swarms.cost(node.cost_usd)} · <Took node={node} />
        </p>
      </div>
    </td>
    <td className={`${cell} w-px md:w-auto`}>
      <Badge tone={stateTone(node.state)}>{t.state[node.state]}</Badge>
    </td>
    <td className={`${wideCell} text-muted`}>
      <Ties ties={ties} />
    </td>
    <td className={`${wideCell} text-right tabular-nums`}>{node.turns}</td>
    <td className={`${wideCell} text-right tabular-nums`}>{en.swarms.cost(node.cost_usd)}</td>
    <td className={`${wideCell} text-right whitespace-nowrap tabular-nums`}>
      <Took node={node} />
    </td>
  </tr>
);

const Ties = ({ ties }: { ties: readonly string[] }) => ties.map((tie) => <p key={tie}>{tie}</p>);

interface HeadingProps {
  wide?: boolean;
  right?: boolean;
  children: string;
}

const Heading = ({ wide = false, right = false, children }: HeadingProps) => (
  <th
    scope="col"
    className={`h-10 px-4 font-medium whitespace-nowrap ${right ? "text-right" : ""} ${wide ? "hidden md:table-cell" : ""}`}
  >
    {children}
  </th>
);

const Took = ({ node: { started_at: started, finished_at: finished } }: { node: SwarmNodeView }) => {
  const nowMs = useNow();
  if (started === null) return "–";
  return span(Math.max(0, (finished === null ? nowMs : Date.parse(finished)) - Date.parse(started)));
};
