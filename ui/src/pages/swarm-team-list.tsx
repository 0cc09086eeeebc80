/** A team as a list: its members, who works with whom, and who leads. */
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { Button } from "../components/button.tsx";
import { Problem } from "../components/problem.tsx";
import { Select } from "../components/select.tsx";
import { leaderOf, refusalOf } from "../swarm/draft-plan.ts";
import { type DraftMember, type EdgeKind, roleOf, withEdge, withMember, withoutMember } from "../swarm/team-draft.ts";
import { en } from "../text/en.ts";
import { EdgeList } from "./swarm-edge-list.tsx";
import { MemberFields } from "./swarm-member-fields.tsx";
import type { MemberField, TeamEditorProps } from "./swarm-team-editor.ts";

const t = en.swarmForm;

export const SwarmTeamList = ({ team, plan, groups, tried, wrong, makeKey, onChange }: TeamEditorProps) => {
  const leader = team.lead === null ? leaderOf(team, plan) : null;
  return (
    <div className="divide-y">
      {team.members.map((member, place) => (
        <Member
          key={member.key}
          place={place}
          member={member}
          team={team}
          groups={groups}
          wrong={(field) => wrong(place, field)}
          refusal={refusalOf(plan, member.key) ?? (tried && member.role.trim() === "" ? t.roleMissing : undefined)}
          onChange={onChange}
        />
      ))}
      <div className="space-y-3 p-4">
        {plan.type === "refused" && plan.at.type === "team" && <Problem text={plan.text} isPlace />}
        <Button onClick={() => onChange(withMember(team, makeKey()))}>
          <Plus aria-hidden="true" />
          {t.addMember}
        </Button>
      </div>
      {team.members.length > 1 && <Edges team={team} plan={plan} onChange={onChange} />}
      {team.members.length > 1 && (
        <div className="max-w-xs p-4">
          <Select
            label={t.lead}
            value={team.lead ?? ""}
            onChange={({ target }) => onChange({ ...team, lead: target.value === "" ? null : target.value })}
          >
            <option value="">{leader === null ? t.autoLead : t.autoLeadIs(roleOf(team, leader, t.unnamed))}</option>
            {team.members.map(({ key }) => (
              <option key={key} value={key}>
                {roleOf(team, key, t.unnamed)}
              </option>
            ))}
          </Select>
        </div>
      )}
    </div>
  );
};

interface MemberProps extends Pick<TeamEditorProps, "team" | "groups" | "onChange"> {
  place: number;
  member: DraftMember;
  refusal: string | undefined;
  wrong: (field: MemberField) => string | undefined;
}

const Member = ({ place, member, ...rest }: MemberProps) => (
  <fieldset className="p-4">
    <legend className="sr-only">{t.member(place + 1)}</legend>
    <MemberFields
      member={member}
      {...rest}
      aside={
        <Button
          variant="ghost"
          size="icon"
          className="mt-6"
          aria-label={t.removeMember(roleOf(rest.team, member.key, t.unnamed))}
          onClick={() => rest.onChange(withoutMember(rest.team, member.key))}
        >
          <X aria-hidden="true" />
        </Button>
      }
    />
  </fieldset>
);

const Edges = ({ team, plan, onChange }: Pick<TeamEditorProps, "team" | "plan" | "onChange">) => {
  const [first, second] = team.members;
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [kind, setKind] = useState<EdgeKind>("directed");
  const known = (key: string, other: string | undefined): string =>
    team.members.some((member) => member.key === key) ? key : (other ?? "");
  const [receiver, giver] = [known(to, second?.key), known(from, first?.key)];
  const options = team.members.map(({ key }) => (
    <option key={key} value={key}>
      {roleOf(team, key, t.unnamed)}
    </option>
  ));
  return (
    <div className="space-y-3 p-4">
      <h3 className="text-[13px] font-medium">{t.edges}</h3>
      {team.edges.length === 0 ? (
        <p className="text-[13px] text-muted">{t.noEdges}</p>
      ) : (
        <EdgeList team={team} edges={team.edges} onChange={onChange} />
      )}
      {plan.type === "refused" && plan.at.type === "edges" && <Problem text={plan.text} isPlace />}
      <div className="grid items-end gap-2 md:grid-cols-[1fr_1fr_1fr_auto]">
        <Select label={t.edgeTo} value={receiver} onChange={({ target }) => setTo(target.value)}>
          {options}
        </Select>
        <Select
          label={t.edgeKind}
          value={kind}
          onChange={({ target }) => setKind(target.value === "mutual" ? "mutual" : "directed")}
        >
          <option value="directed">{t.kinds.directed}</option>
          <option value="mutual">{t.kinds.mutual}</option>
        </Select>
        <Select label={t.edgeFrom} value={giver} onChange={({ target }) => setFrom(target.value)}>
          {options}
        </Select>
        <Button
          disabled={giver === receiver}
          onClick={() => onChange(withEdge(team, { from: giver, to: receiver, kind }))}
        >
          {t.addEdge}
        </Button>
      </div>
    </div>
  );
};
