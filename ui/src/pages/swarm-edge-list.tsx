/** Who works with whom, a line for each connection, and an end to each. */
import { X } from "lucide-react";
import { Button } from "../components/button.tsx";
import { type DraftEdge, roleOf, type TeamDraft, withoutEdge } from "../swarm/team-draft.ts";
import { en } from "../text/en.ts";

const t = en.swarmForm;

export interface EdgeListProps {
  team: TeamDraft;
  /** Those of the team that are shown. */
  edges: readonly DraftEdge[];
  onChange: (team: TeamDraft) => void;
}

export const EdgeList = ({ team, edges, onChange }: EdgeListProps) => (
  <ul className="space-y-1">
    {edges.map((edge) => {
      const [source, target] = [roleOf(team, edge.from, t.unnamed), roleOf(team, edge.to, t.unnamed)];
      return (
        <li key={`${edge.from} ${edge.to}`} className="flex items-center gap-2 text-[13px]">
          <span className="min-w-0 wrap-anywhere">{t.edgeText[edge.kind](source, target)}</span>
          <Button
            variant="ghost"
            size="iconSm"
            aria-label={t.removeEdge(source, target)}
            onClick={() => onChange(withoutEdge(team, edge))}
          >
            <X aria-hidden="true" />
          </Button>
        </li>
      );
    })}
  </ul>
);
