/** One connection of a team: its kind, or its end. */
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { type EdgeKind, type TeamDraft, withEdge, withoutEdge } from "../swarm/team-draft.ts";
import { en } from "../text/en.ts";

const t = en.swarmForm;
const KINDS: readonly EdgeKind[] = ["directed", "mutual"];

export interface EdgeDialogProps {
  team: TeamDraft;
  edge: { from: string; to: string };
  onChange: (team: TeamDraft) => void;
  onClose: () => void;
}

export const roleOf = (team: TeamDraft, key: string): string => {
  const role = team.members.find((member) => member.key === key)?.role.trim() ?? "";
  return role === "" ? t.unnamed : role;
};

export const EdgeDialog = ({ team, edge: { from, to }, onChange, onClose }: EdgeDialogProps) => {
  const [source, target] = [roleOf(team, from), roleOf(team, to)];
  const change = (next: TeamDraft): void => {
    onChange(next);
    onClose();
  };
  return (
    <Dialog title={`${source} – ${target}`} onClose={onClose}>
      <div className="flex flex-col gap-2">
        {KINDS.map((kind) => (
          <Button key={kind} onClick={() => change(withEdge(team, { from, to, kind }))}>
            {t.edgeText[kind](source, target)}
          </Button>
        ))}
        <Button onClick={() => change(withEdge(team, { from: to, to: from, kind: "directed" }))}>
          {t.edgeText.directed(target, source)}
        </Button>
        <Button variant="danger" onClick={() => change(withoutEdge(team, { from, to, kind: "directed" }))}>
          {t.removeEdge(source, target)}
        </Button>
      </div>
    </Dialog>
  );
};
