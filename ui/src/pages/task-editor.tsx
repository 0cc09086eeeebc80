/** The form of a task, new or known: says what its schedule means while it is typed. */
import type { GroupView } from "@praktor/protocol/rest";
import { Schedule, type TaskView } from "@praktor/protocol/tasks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { sentence } from "../api/api-error.ts";
import { createTask, updateTask } from "../api/endpoints.ts";
import { statusQuery, tasksQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { Choice } from "../components/choice.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Field } from "../components/field.tsx";
import { Select } from "../components/select.tsx";
import { toastDone } from "../components/toasts.tsx";
import { defaultSimple, fromCron, toCron } from "../lib/simple-schedule.ts";
import { advancedFields, advancedOf, hasUnreadableAmount } from "../lib/task-draft.ts";
import { en } from "../text/en.ts";
import { DeleteTask } from "./delete-task.tsx";
import { type ScheduleDraft, ScheduleFields } from "./schedule-fields.tsx";
import { SchedulePreview } from "./schedule-preview.tsx";
import { TaskAdvanced } from "./task-advanced.tsx";

const t = en.taskForm;

const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

interface Props {
  task: TaskView | null;
  groups: readonly GroupView[];
  onClose: () => void;
}

export const TaskEditor = ({ task, groups, onClose }: Props) => {
  const client = useQueryClient();
  const promptId = useId();
  const zonesId = useId();
  const [groupId, setGroupId] = useState(task?.group_id ?? groups.find((group) => group.is_main)?.id ?? groups[0]?.id);
  const [name, setName] = useState(task?.name ?? "");
  const [prompt, setPrompt] = useState(task?.prompt ?? "");
  const [zone, setZone] = useState(task?.timezone ?? ownZone);
  const [draft, setDraft] = useState<ScheduleDraft>(() => draftOf(task));
  const [context, setContext] = useState(task?.context_mode ?? "isolated");
  const [advanced, setAdvanced] = useState(() => advancedOf(task));
  const [wrong, setWrong] = useState<"name" | "prompt" | null>(null);
  const schedule = draft.mode === "simple" ? toCron(draft.simple) : draft.text.trim();
  const save = useMutation({
    mutationFn: () => {
      const json = { name, prompt, schedule, timezone: zone, context_mode: context, ...advancedFields(advanced) };
      return task === null ? createTask({ ...json, group_id: groupId ?? "" }) : updateTask(task.id, json);
    },
    onSuccess: async (saved) => {
      toastDone(t.done(saved.name));
      onClose();
      await Promise.all([tasksQuery, statusQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey })));
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const missing = name.trim() === "" ? "name" : prompt.trim() === "" ? "prompt" : null;
    setWrong(missing);
    // What the last try was refused for may be mended by now.
    save.reset();
    if (missing === null && !hasUnreadableAmount(advanced)) save.mutate();
  };
  return (
    <Dialog title={task === null ? t.create : t.edit} description={t.intro} onClose={onClose}>
      <form onSubmit={submit} noValidate autoComplete="off" className="space-y-4">
        {task === null && (
          <Select label={t.group} value={groupId} onChange={({ target }) => setGroupId(target.value)}>
            {groups.map((group) => (
              <option key={group.id} value={group.id}>
                {group.name}
              </option>
            ))}
          </Select>
        )}
        <Field
          label={t.name}
          value={name}
          maxLength={200}
          error={wrong === "name" ? t.invalid.name : undefined}
          onChange={({ target }) => setName(target.value)}
        />
        <div>
          <label htmlFor={promptId} className="mb-1 block text-[13px] font-medium">
            {t.prompt}
          </label>
          <textarea
            id={promptId}
            rows={3}
            value={prompt}
            aria-invalid={wrong === "prompt"}
            aria-describedby={`${promptId}-hint`}
            onChange={({ target }) => setPrompt(target.value)}
            className="block w-full rounded-lg border border-line-strong/60 bg-ground px-3 py-2 max-md:text-base"
          />
          <p id={`${promptId}-hint`} className={`mt-1 text-xs ${wrong === "prompt" ? "text-bad" : "text-muted"}`}>
            {wrong === "prompt" ? t.invalid.prompt : t.promptHint}
          </p>
        </div>
        <ScheduleFields draft={draft} onChange={setDraft} />
        <Field
          label={t.zone}
          list={zonesId}
          spellCheck={false}
          value={zone}
          onChange={({ target }) => setZone(target.value)}
        />
        <datalist id={zonesId}>
          {Intl.supportedValuesOf("timeZone").map((known) => (
            <option key={known} value={known}>
              {known}
            </option>
          ))}
        </datalist>
        <SchedulePreview schedule={schedule} timezone={zone} />
        <Choice label={t.context} value={context} texts={t.contexts} onChange={setContext} />
        <TaskAdvanced draft={advanced} onChange={setAdvanced} />
        {save.isError && (
          <div role="alert" className="flex gap-2 rounded-lg bg-bad-soft px-3 py-2 text-[13px] text-bad">
            <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
            <p>
              <span className="font-medium">{t.failed}.</span> {sentence(save.error)}
            </p>
          </div>
        )}
        <div className="flex items-center justify-end gap-2 pt-1">
          {task !== null && <DeleteTask task={task} onDone={onClose} />}
          <Button onClick={onClose}>{en.cancel}</Button>
          <Button variant="solid" type="submit" disabled={save.isPending}>
            {save.isPending ? t.busy : t.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
};

/** A known schedule in the simple form where that can say it. */
const draftOf = (task: TaskView | null): ScheduleDraft => {
  if (task === null) return { mode: "simple", simple: defaultSimple, text: toCron(defaultSimple) };
  const stored = Schedule.parse(JSON.parse(task.schedule));
  const text = stored.kind === "cron" ? stored.cron_expr : task.schedule;
  const simple = stored.kind === "cron" ? fromCron(stored.cron_expr) : null;
  return { mode: simple === null ? "cron" : "simple", simple: simple ?? defaultSimple, text };
};
