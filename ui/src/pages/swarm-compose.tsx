/** Puts a team together, as a list or as a drawing, gives it a task and starts it. */
import { SwarmCreate, SwarmTemplateName } from "@praktor/protocol/swarm";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { CircleAlert } from "lucide-react";
import { lazy, Suspense, useId, useState } from "react";
import { sentence } from "../api/api-error.ts";
import { groupsQuery } from "../api/queries.ts";
import { createSwarm, saveTemplate, swarmsQuery, swarmTemplatesQuery } from "../api/swarm-endpoints.ts";
import { Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Field } from "../components/field.tsx";
import { Page } from "../components/page.tsx";
import { Segments } from "../components/segments.tsx";
import { Select } from "../components/select.tsx";
import { Stale } from "../components/states.tsx";
import { toastDone, toastFailed } from "../components/toasts.tsx";
import { EMPTY_TEAM, flawOf, fromTeam, type TeamDraft, toTeam, withEdge, withMember } from "../swarm/team-draft.ts";
import { en } from "../text/en.ts";
import { EdgeDialog } from "./swarm-edge-dialog.tsx";
import { SwarmTeamList } from "./swarm-team-list.tsx";

const t = en.swarmForm;
const TeamGraph = lazy(async () => ({ default: (await import("../swarm/team-graph.tsx")).TeamGraph }));
const makeKey = (): string => crypto.randomUUID();
const newTeam = (): TeamDraft => withMember(EMPTY_TEAM, makeKey());

export const SwarmComposePage = () => {
  const client = useQueryClient();
  const navigate = useNavigate();
  const groups = useQuery(groupsQuery).data ?? [];
  const templates = useQuery(swarmTemplatesQuery);
  const taskId = useId();
  const [task, setTask] = useState("");
  const [name, setName] = useState("");
  const [groupId, setGroupId] = useState<string | null>(null);
  const [template, setTemplate] = useState("");
  const [team, setTeam] = useState<TeamDraft>(newTeam);
  const [view, setView] = useState<"list" | "canvas">("list");
  const [edge, setEdge] = useState<{ from: string; to: string } | null>(null);
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  const main = groups.find((group) => group.is_main) ?? groups[0];
  const flaw = flawOf(team);
  const taskMissing = task.trim() === "";

  const start = useMutation({
    mutationFn: () => {
      const title = name.trim();
      const group = groupId ?? main?.id;
      return createSwarm(
        SwarmCreate.parse({
          task,
          ...toTeam(team),
          ...(title === "" ? {} : { name: title }),
          ...(group === undefined ? {} : { group_id: group }),
        }),
      );
    },
    onSuccess: async (run) => {
      await client.invalidateQueries({ queryKey: swarmsQuery.queryKey });
      await navigate({ to: "/swarms/$id", params: { id: run.id } });
    },
  });
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
          if (flaw === null && !taskMissing) start.mutate();
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
                { value: "canvas", label: t.canvas },
              ]}
              onChange={setView}
            />
          }
        >
          {view === "list" ? (
            <SwarmTeamList team={team} groups={groups} makeKey={makeKey} onChange={setTeam} />
          ) : (
            <>
              <p className="border-b px-4 py-2 text-[13px] text-muted">{t.canvasHint}</p>
              <div className="h-[28rem]">
                <Suspense fallback={<p className="p-4 text-muted">{t.canvasLoading}</p>}>
                  <TeamGraph
                    label={t.canvasLabel}
                    members={team.members.map(({ key, role, prompt }) => ({
                      id: key,
                      title: role.trim() === "" ? t.unnamed : role,
                      detail: prompt,
                      state: null,
                      lead: team.lead === key,
                      active: false,
                    }))}
                    edges={team.edges.map((one) => ({ ...one, label: null, active: false }))}
                    onConnect={(from, to) => setTeam(withEdge(team, { from, to, kind: "directed" }))}
                    onEdge={setEdge}
                  />
                </Suspense>
              </div>
            </>
          )}
        </Card>
        {((tried && flaw !== null) || flaw === "circle") && <Problem text={t.flaws[flaw]} />}
        {start.isError && <Problem text={`${t.failed}. ${sentence(start.error)}`} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button disabled={flaw !== null} onClick={() => setSaving(true)}>
            {t.save}
          </Button>
          <Button variant="solid" type="submit" disabled={start.isPending}>
            {start.isPending ? t.starting : t.start}
          </Button>
        </div>
      </form>
      {edge !== null && <EdgeDialog team={team} edge={edge} onChange={setTeam} onClose={() => setEdge(null)} />}
      {saving && <SaveTemplate team={team} title={name.trim()} onClose={() => setSaving(false)} />}
    </Page>
  );
};

const Problem = ({ text }: { text: string }) => (
  <div role="alert" className="flex gap-2 rounded-lg bg-bad-soft px-3 py-2 text-[13px] text-bad">
    <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
    <p>{text}</p>
  </div>
);

interface SaveTemplateProps {
  team: TeamDraft;
  title: string;
  onClose: () => void;
}

const SaveTemplate = ({ team, title, onClose }: SaveTemplateProps) => {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const invalid = name !== "" && !SwarmTemplateName.safeParse(name).success;
  const save = useMutation({
    mutationFn: () => saveTemplate(name, { title: title === "" ? name : title, description: "", ...toTeam(team) }),
    onSuccess: (saved) => {
      toastDone(t.saved(saved.name));
      onClose();
      return client.invalidateQueries({ queryKey: swarmTemplatesQuery.queryKey });
    },
    onError: (error) => toastFailed(t.saveFailed, error),
  });
  return (
    <Dialog title={t.save} onClose={onClose}>
      <Field
        label={t.saveName}
        value={name}
        error={invalid ? t.saveNameInvalid : undefined}
        onChange={({ target }) => setName(target.value)}
      />
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{en.cancel}</Button>
        <Button variant="solid" disabled={name === "" || invalid || save.isPending} onClick={() => save.mutate()}>
          {t.save}
        </Button>
      </div>
    </Dialog>
  );
};
