/** One edge of a team: its direction, both ways, or its end. */
import { Unlink } from "lucide-react";
import { useId } from "react";
import { Button } from "../components/button.tsx";
import { type DraftEdge, roleOf, type TeamDraft } from "../swarm/team-draft.ts";
import { en } from "../text/en.ts";

const t = en.swarmForm;

export interface EdgePanelProps {
  team: TeamDraft;
  edge: DraftEdge;
  onKind: (edge: DraftEdge) => void;
  onRemove: () => void;
}

export const EdgePanel = ({ team, edge: { from, to, kind }, onKind, onRemove }: EdgePanelProps) => {
  const name = useId();
  // In one order, whichever way it goes: the choices stay where they are.
  const [one = from, other = to] = team.members.map(({ key }) => key).filter((key) => key === from || key === to);
  const [first, second] = [roleOf(team, one, t.unnamed), roleOf(team, other, t.unnamed)];
  const choices: { edge: DraftEdge; text: string }[] = [
    { edge: { from: one, to: other, kind: "directed" }, text: t.edgeText.directed(first, second) },
    { edge: { from: other, to: one, kind: "directed" }, text: t.edgeText.directed(second, first) },
    { edge: { from: one, to: other, kind: "mutual" }, text: t.edgeText.mutual(first, second) },
  ];
  return (
    <div className="space-y-4">
      <fieldset className="space-y-2">
        <legend className="mb-2 text-[13px] font-semibold">{t.edgeBetween(first, second)}</legend>
        {choices.map(({ edge, text }) => (
          <label key={`${edge.kind} ${edge.from}`} className="flex cursor-pointer items-start gap-2 text-[13px]">
            <input
              type="radio"
              name={name}
              className="mt-0.5 size-4 shrink-0 accent-solid"
              checked={edge.kind === kind && (kind === "mutual" || edge.from === from)}
              onChange={() => onKind(edge)}
            />
            {text}
          </label>
        ))}
      </fieldset>
      <Button size="sm" variant="danger" onClick={onRemove}>
        <Unlink aria-hidden="true" />
        {t.removeEdge(first, second)}
      </Button>
    </div>
  );
};
