/** Puts a team together, as a list or as a drawing, gives it a task and starts it. */
import { faultsOf } from "@praktor/protocol/issue-words";
import { SwarmCreate } from "@praktor/protocol/swarm";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Info } from "lucide-react";
import { useId, useState } from "react";
import { faultsIn, sentence } from "../api/api-error.ts";
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
import { addsLead, draftPlan } from "../swarm/draft-plan.ts";
import { type LimitDraft, NO_LIMITS, readLimits } from "../swarm/limit-draft.ts";
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
  const taskId = useId();
  const [task, setTask] = useState("");
  const [name, setName] = useState("");
  const [groupId, setGroupId] = useState<string | null>(null);
  const [template, setTemplate] = useState("");
  const [team, setTeam] = useState<TeamDraft>(newTeam);
  const [view, setView] = useState<"list" | "drawing">("list");
  const [limits, setLimits] = useState<LimitDraft>(NO_LIMITS);
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  const main = groups.find((group) => group.is_main) ?? groups[0];
  const plan = draftPlan(team, t.unnamed);
  const { limits: wanted, wrong } = readLimits(limits);
  const taskMissing = task.trim() === "";
  const canRun = plan.type === "plan" && team.members.every(({ role }) => role.trim() !== "");
  const form = { team, plan, groups, tried, makeKey, onChange: setTeam };

  const start = useMutation({
    mutationFn: async () => {
      const title = name.trim();
      const group = groupId ?? main?.id;
      const wish = SwarmCreate.safeParse({
        task,
        ...toTeam(team),
        limits: wanted,
        ...(title === "" ? {} : { name: title }),
        ...(group === undefined ? {} : { group_id: group }),
      });
      const roles = team.members.map(({ role }) => role);
      if (!wish.success) throw new Error(wishWords(faultsOf(wish.error), roles));
      return await createSwarm(wish.data);
    },
    onSuccess: async (run) => {
      await client.invalidateQueries({ queryKey: swarmsQuery.queryKey });
      await navigate({ to: "/swarms/$id", params: { id: run.id } });
    },
  });
  const faults = faultsIn(start.error);
  const reason =
    faults.length === 0
      ? sentence(start.error)
      : wishWords(
          faults,
          team.members.map(({ role }) => role),
        );
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
      <form
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (canRun && wrong.length === 0 && !taskMissing) start.mutate();
        }}
      >
        {templates.isError && (
          <Stale what={t.templateWhat} error={templates.error} onRetry={() => void templates.refetch()} />
        )}
        <div className="grid gap-4 rounded-xl border bg-panel p-4 md:grid-cols-2">
          <div className="md:col-span-2">
            <label htmlFor={taskId} className="mb-1 block text-[13px] font-medium">
              {t.task}
            </label>
            <textarea
              id={taskId}
              value={task}
              rows={3}
              aria-describedby={`${taskId}-hint`}
              aria-invalid={tried && taskMissing}
              onChange={({ target }) => setTask(target.value)}
              className="block w-full resize-y rounded-lg border border-line-strong/60 bg-ground p-3 max-md:text-base"
            />
            <p id={`${taskId}-hint`} className={`mt-1 text-xs ${tried && taskMissing ? "text-bad" : "text-muted"}`}>
              {tried && taskMissing ? t.taskMissing : t.taskHint}
            </p>
          </div>
          <Select label={t.template} value={template} onChange={({ target }) => choose(target.value)}>
            <option value="">{t.noTemplate}</option>
            {templates.data?.map((one) => (
              <option key={one.name} value={one.name}>
                {one.title} {one.shipped ? t.shipped : ""}
              </option>
            ))}
          </Select>
          <Select label={t.group} value={groupId ?? main?.id ?? ""} onChange={({ target }) => setGroupId(target.value)}>
            {groups.map((group) => (
              <option key={group.id} value={group.id}>
                {group.name}
              </option>
            ))}
          </Select>
          <Field
            label={t.name}
            hint={t.nameHint}
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
          {view === "list" ? <SwarmTeamList {...form} /> : <SwarmDrawing {...form} />}
        </Card>
        <Card title={t.limits.title}>
          <LimitFields draft={limits} wrong={wrong} defaults={defaults.data} onChange={setLimits} />
        </Card>
        {start.isError && <Problem text={`${t.failed}. ${reason}`} />}
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
