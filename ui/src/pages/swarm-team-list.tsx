/** A team as a list: its members, who works with whom, and who leads. */
import type { GroupView } from "@praktor/protocol/rest";
import { Plus, X } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "../components/button.tsx";
import { Field } from "../components/field.tsx";
import { Select } from "../components/select.tsx";
import {
  changeMember,
  type DraftMember,
  type EdgeKind,
  type TeamDraft,
  withEdge,
  withMember,
  withoutEdge,
  withoutMember,
} from "../swarm/team-draft.ts";
import { en } from "../text/en.ts";
import { roleOf } from "./swarm-edge-dialog.tsx";

const t = en.swarmForm;

export interface SwarmTeamListProps {
  team: TeamDraft;
  groups: readonly GroupView[];
  makeKey: () => string;
  onChange: (team: TeamDraft) => void;
}

export const SwarmTeamList = ({ team, groups, makeKey, onChange }: SwarmTeamListProps) => (
  <div className="divide-y">
    {team.members.map((member, place) => (
      <Member key={member.key} place={place} member={member} team={team} groups={groups} onChange={onChange} />
    ))}
    <div className="p-4">
      <Button onClick={() => onChange(withMember(team, makeKey()))}>
        <Plus aria-hidden="true" />
        {t.addMember}
      </Button>
    </div>
    {team.members.length > 1 && <Edges team={team} onChange={onChange} />}
    {team.members.length > 1 && (
      <div className="max-w-xs p-4">
        <Select
          label={t.lead}
          value={team.lead ?? ""}
          onChange={({ target }) => onChange({ ...team, lead: target.value === "" ? null : target.value })}
        >
          <option value="">{t.autoLead}</option>
          {team.members.map(({ key }) => (
            <option key={key} value={key}>
              {roleOf(team, key)}
            </option>
          ))}
        </Select>
      </div>
    )}
  </div>
);

interface MemberProps extends Pick<SwarmTeamListProps, "team" | "groups" | "onChange"> {
  place: number;
  member: DraftMember;
}

const Member = ({ place, member, team, groups, onChange }: MemberProps) => {
  const promptId = useId();
  const change = (next: Partial<Omit<DraftMember, "key">>): void => onChange(changeMember(team, member.key, next));
  return (
    <fieldset className="grid gap-3 p-4 md:grid-cols-3">
      <legend className="sr-only">{t.member(place + 1)}</legend>
      <Field
        label={t.role}
        value={member.role}
        maxLength={64}
        onChange={({ target }) => change({ role: target.value })}
      />
      <Select label={t.folder} value={member.folder} onChange={({ target }) => change({ folder: target.value })}>
        <option value="">{t.noFolder}</option>
        {groups.map(({ folder, name }) => (
          <option key={folder} value={folder}>
            {name}
          </option>
        ))}
      </Select>
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <Field
            label={t.model}
            value={member.model}
            placeholder={t.modelPlaceholder}
            spellCheck={false}
            onChange={({ target }) => change({ model: target.value })}
          />
        </div>
        <Button
          variant="ghost"
          size="icon"
          aria-label={t.removeMember(roleOf(team, member.key))}
          onClick={() => onChange(withoutMember(team, member.key))}
        >
          <X aria-hidden="true" />
        </Button>
      </div>
      <div className="md:col-span-3">
        <label htmlFor={promptId} className="mb-1 block text-[13px] font-medium">
          {t.prompt}
        </label>
        <textarea
          id={promptId}
          value={member.prompt}
          rows={2}
          onChange={({ target }) => change({ prompt: target.value })}
          className="block w-full resize-y rounded-lg border border-line-strong/60 bg-ground px-3 py-2 max-md:text-base"
        />
      </div>
    </fieldset>
  );
};

const Edges = ({ team, onChange }: Pick<SwarmTeamListProps, "team" | "onChange">) => {
  const [first, second] = team.members;
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [kind, setKind] = useState<EdgeKind>("directed");
  const known = (key: string, other: string | undefined): string =>
    team.members.some((member) => member.key === key) ? key : (other ?? "");
  const [receiver, giver] = [known(to, second?.key), known(from, first?.key)];
  const options = team.members.map(({ key }) => (
    <option key={key} value={key}>
      {roleOf(team, key)}
    </option>
  ));
  return (
    <div className="space-y-3 p-4">
      <h3 className="text-[13px] font-medium">{t.edges}</h3>
      {team.edges.length === 0 ? (
        <p className="text-[13px] text-muted">{t.noEdges}</p>
      ) : (
        <ul className="space-y-1">
          {team.edges.map((edge) => {
            const [source, target] = [roleOf(team, edge.from), roleOf(team, edge.to)];
            return (
              <li key={`${edge.from} ${edge.to}`} className="flex items-center gap-2 text-[13px]">
                <span>{t.edgeText[edge.kind](source, target)}</span>
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
      )}
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
