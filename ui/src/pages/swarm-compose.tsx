/** Puts a team together, as a list or as a drawing, gives it a task and starts it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Info } from "lucide-react";
import { useState } from "react";
import { groupsQuery } from "../api/queries.ts";
import { createSwarm, swarmLimitsQuery, swarmsQuery, swarmTemplatesQuery } from "../api/swarm-endpoints.ts";
import { Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { Field } from "../components/field.tsx";
import { Page } from "../components/page.tsx";
import { Problem } from "../components/problem.tsx";
import { Segments } from "../components/segments.tsx";
import { Select } from "../components/select.tsx";
import { Stale } from "../components/states.tsx";
import { TextArea } from "../components/text-area.tsx";
import { useForm } from "../components/use-form.ts";
import { addsLead, draftPlan } from "../swarm/draft-plan.ts";
import { type LimitDraft, limitName, NO_LIMITS, readLimits } from "../swarm/limit-draft.ts";
import { EMPTY_TEAM, fromTeam, type TeamDraft, toTeam, withMember } from "../swarm/team-draft.ts";
import { wishWords } from "../swarm/wish-words.ts";
import { en } from "../text/en.ts";
import { SwarmDrawing } from "./swarm-drawing.tsx";
import { LimitFields } from "./swarm-limit-fields.tsx";
import { SaveTemplate } from "./swarm-save-template.tsx";
import { SwarmTeamList } from "./swarm-team-list.tsx";

const t = en.swarmForm;
const makeKey = (): string => crypto.randomUUID();
const newTeam = (): TeamDraft => withMember(EMPTY_TEAM, makeKey());

export const SwarmComposePage = () => {
  const client = useQueryClient();
  const navigate = useNavigate();
  const groups = useQuery(groupsQuery).data ?? [];
  const templates = useQuery(swarmTemplatesQuery);
  const defaults = useQuery(swarmLimitsQuery);
  const [task, setTask] = useState("");
  const [name, setName] = useState("");
  const [groupId, setGroupId] = useState<string | null>(null);
  const [template, setTemplate] = useState("");
  const [team, setTeam] = useState<TeamDraft>(newTeam);
  const [view, setView] = useState<"list" | "drawing">("list");
  const [limits, setLimits] = useState<LimitDraft>(NO_LIMITS);
  const [saving, setSaving] = useState(false);
  const main = groups.find((group) => group.is_main) ?? groups[0];
  const plan = draftPlan(team, t.unnamed);
  const { limits: wanted, wrong } = readLimits(limits);
  const taskMissing = task.trim() === "";
  const canRun = plan.type === "plan" && team.members.every(({ role }) => role.trim() !== "");
  const group = groupId ?? main?.id;
  const wish = {
    task,
    ...toTeam(team),
    limits: wanted,
    ...(name.trim() === "" ? {} : { name: name.trim() }),
    ...(group === undefined ? {} : { group_id: group }),
  };

  const start = useMutation({
    mutationFn: () => createSwarm(wish),
    onSuccess: async (run) => {
      await client.invalidateQueries({ queryKey: swarmsQuery.queryKey });
      await navigate({ to: "/swarms/$id", params: { id: run.id } });
    },
  });
  const {
    ref,
    onSubmit,
    tried,
    wrong: refused,
    problem,
  } = useForm({
    fields: wish,
    unsendable: !canRun || wrong.length > 0 || taskMissing,
    failed: t.failed,
    words: (faults) =>
      wishWords(
        faults,
        team.members.map(({ role }) => role),
      ),
    save: start,
  });
  const editor = {
    team,
    plan,
    groups,
    tried,
    wrong: (place: number, field: string) => refused(`agents.${place}${field === "" ? "" : `.${field}`}`),
    makeKey,
    onChange: setTeam,
  };
  const choose = (chosen: string): void => {
    setTemplate(chosen);
    const found = templates.data?.find((one) => one.name === chosen);
    setTeam(found === undefined ? newTeam() : fromTeam(found, makeKey));
  };
  return (
    <Page
      title={t.title}
      about={t.intro}
      actions={
        <Button asChild>
          <Link to="/swarms">{t.back}</Link>
        </Button>
      }
    >
      <form ref={ref} noValidate className="space-y-4" onSubmit={onSubmit}>
        {templates.isError && (
          <Stale what={t.templateWhat} error={templates.error} onRetry={() => void templates.refetch()} />
        )}
        <div className="grid gap-4 rounded-xl border bg-panel p-4 md:grid-cols-2">
          <div className="md:col-span-2">
            <TextArea
              label={t.task}
              hint={t.taskHint}
              error={tried && taskMissing ? t.taskMissing : refused("task")}
              value={task}
              rows={3}
              onChange={({ target }) => setTask(target.value)}
            />
          </div>
          <Select label={t.template} value={template} onChange={({ target }) => choose(target.value)}>
            <option value="">{t.noTemplate}</option>
            {templates.data?.map((one) => (
              <option key={one.name} value={one.name}>
                {one.title} {one.shipped ? t.shipped : ""}
              </option>
            ))}
          </Select>
          <Select
            label={t.group}
            value={group ?? ""}
            error={refused("group_id")}
            onChange={({ target }) => setGroupId(target.value)}
          >
            {groups.map((group) => (
              <option key={group.id} value={group.id}>
                {group.name}
              </option>
            ))}
          </Select>
          <Field
            label={t.name}
            hint={t.nameHint}
            error={refused("name")}
            value={name}
            maxLength={200}
            onChange={({ target }) => setName(target.value)}
          />
        </div>
        <Card
          title={t.team}
          aside={
            <Segments
              label={t.view}
              value={view}
              options={[
                { value: "list", label: t.list },
                { value: "drawing", label: t.drawing },
              ]}
              onChange={setView}
            />
          }
        >
          {addsLead(plan) && (
            <output className="flex gap-2 border-b bg-warn-soft px-4 py-2.5 text-[13px]">
              <Info className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden="true" />
              {t.addsLead}
            </output>
          )}
          {view === "list" ? <SwarmTeamList {...editor} /> : <SwarmDrawing {...editor} />}
        </Card>
        <Card title={t.limits.title}>
          <LimitFields
            draft={limits}
            wrong={wrong}
            refused={(field) => refused(`limits.${limitName[field]}`)}
            defaults={defaults.data}
            onChange={setLimits}
          />
        </Card>
        {problem !== null && <Problem text={problem} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button disabled={!canRun} onClick={() => setSaving(true)}>
            {t.save}
          </Button>
          <Button variant="solid" type="submit" disabled={start.isPending}>
            {start.isPending ? t.starting : t.start}
          </Button>
        </div>
      </form>
      {saving && <SaveTemplate team={team} title={name.trim()} onClose={() => setSaving(false)} />}
    </Page>
  );
};
