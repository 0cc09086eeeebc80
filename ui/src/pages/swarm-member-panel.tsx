/** One member of a team beside the drawing: what it is, whether it leads, with whom it works. */
import type { GroupView } from "@praktor/protocol/rest";
import { Trash2 } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "../components/button.tsx";
import { Choice } from "../components/choice.tsx";
import { Select } from "../components/select.tsx";
import { type DraftMember, roleOf, type TeamDraft, withEdge } from "../swarm/team-draft.ts";
import { en } from "../text/en.ts";
import { EdgeList } from "./swarm-edge-list.tsx";
import { MemberFields } from "./swarm-member-fields.tsx";
import type { MemberField } from "./swarm-team-editor.ts";

const t = en.swarmForm;

export interface MemberPanelProps {
  team: TeamDraft;
  member: DraftMember;
  groups: readonly GroupView[];
  refusal: string | undefined;
  wrong: (field: MemberField) => string | undefined;
  /** Named as the lead, or found to be. */
  leads: boolean;
  fresh: boolean;
  onChange: (team: TeamDraft) => void;
  onRemove: () => void;
}

export const MemberPanel = (props: MemberPanelProps) => {
  const whyId = useId();
  const { team, member, groups, refusal, wrong, leads, fresh, onChange, onRemove } = props;
  const role = roleOf(team, member.key, t.unnamed);
  return (
    <div className="space-y-4">
      <div className="flex items-center justify-between gap-2">
        <h3 className="min-w-0 truncate text-[13px] font-semibold">{role}</h3>
        <Button variant="ghost" size="iconSm" aria-label={t.removeMember(role)} onClick={onRemove}>
          <Trash2 aria-hidden="true" />
        </Button>
      </div>
      <MemberFields
        team={team}
        member={member}
        groups={groups}
        refusal={refusal}
        wrong={wrong}
        fresh={fresh}
        narrow
        onChange={onChange}
      />
      {team.members.length > 1 && (
        <div>
          <label className="flex cursor-pointer items-center gap-2 text-[13px] has-disabled:cursor-default">
            <input
              type="checkbox"
              className="size-4 shrink-0 accent-solid"
              checked={leads}
              disabled={leads && team.lead === null}
              aria-describedby={leads && team.lead === null ? whyId : undefined}
              onChange={({ target }) => onChange({ ...team, lead: target.checked ? member.key : null })}
            />
            {t.leads}
          </label>
          {leads && team.lead === null && (
            <p id={whyId} className="mt-1 pl-6 text-xs text-muted">
              {t.leadsByPlan}
            </p>
          )}
        </div>
      )}
      <Ties team={team} member={member} onChange={onChange} />
    </div>
  );
};

const Ties = ({ team, member, onChange }: Pick<MemberPanelProps, "team" | "member" | "onChange">) => {
  const [way, setWay] = useState<keyof typeof t.ways>("gives");
  const [to, setTo] = useState("");
  const others = team.members.filter(({ key }) => key !== member.key);
  const other = others.find(({ key }) => key === to)?.key ?? others[0]?.key;
  const own = team.edges.filter(({ from, to: target }) => from === member.key || target === member.key);
  if (other === undefined) return null;
  const connect = (): void => {
    const [from, target] = way === "gets" ? [other, member.key] : [member.key, other];
    onChange(withEdge(team, { from, to: target, kind: way === "talks" ? "mutual" : "directed" }));
  };
  return (
    <div className="space-y-2 border-t pt-4">
      <h4 className="text-[13px] font-medium">{t.edges}</h4>
      <EdgeList team={team} edges={own} onChange={onChange} />
      <Choice label={t.edgeKind} value={way} texts={t.ways} onChange={setWay} />
      <div className="grid grid-cols-[1fr_auto] items-end gap-2">
        <Select label={t.otherMember} value={other} onChange={({ target }) => setTo(target.value)}>
          {others.map(({ key }) => (
            <option key={key} value={key}>
              {roleOf(team, key, t.unnamed)}
            </option>
          ))}
        </Select>
        <Button onClick={connect}>{t.addEdge}</Button>
      </div>
    </div>
  );
};
