/** The form of a task, new or known: says what its schedule means while it is typed. */
import type { GroupView } from "@praktor/protocol/rest";
import { Schedule, type TaskView } from "@praktor/protocol/tasks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { createTask, updateTask } from "../api/endpoints.ts";
import { statusQuery, tasksQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { Choice } from "../components/choice.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Field } from "../components/field.tsx";
import { Problem } from "../components/problem.tsx";
import { Select } from "../components/select.tsx";
import { TextArea } from "../components/text-area.tsx";
import { toastDone } from "../components/toasts.tsx";
import { useForm } from "../components/use-form.ts";
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
  const zonesId = useId();
  const [groupId, setGroupId] = useState(task?.group_id ?? groups.find((group) => group.is_main)?.id ?? groups[0]?.id);
  const [name, setName] = useState(task?.name ?? "");
  const [prompt, setPrompt] = useState(task?.prompt ?? "");
  const [zone, setZone] = useState(task?.timezone ?? ownZone);
  const [draft, setDraft] = useState<ScheduleDraft>(() => draftOf(task));
  const [context, setContext] = useState(task?.context_mode ?? "isolated");
  const [advanced, setAdvanced] = useState(() => advancedOf(task));
  const schedule = draft.mode === "simple" ? toCron(draft.simple) : draft.text.trim();
  const wish = { name, prompt, schedule, timezone: zone, context_mode: context, ...advancedFields(advanced) };
  const save = useMutation({
    mutationFn: () => (task === null ? createTask({ ...wish, group_id: groupId ?? "" }) : updateTask(task.id, wish)),
    onSuccess: async (saved) => {
      toastDone(t.done(saved.name));
      onClose();
      await Promise.all([tasksQuery, statusQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey })));
    },
  });
  const { ref, onSubmit, wrong, problem } = useForm({
    fields: wish,
    own: {
      context_mode: t.invalid.context,
      grace_ms: t.invalid.grace,
      max_duration_ms: t.invalid.maxMinutes,
      ...(name.trim() === "" ? { name: t.invalid.name } : {}),
      ...(prompt.trim() === "" ? { prompt: t.invalid.prompt } : {}),
    },
    // The gateway says all that is wrong; an amount that is none cannot be sent.
    unsendable: hasUnreadableAmount(advanced),
    failed: t.failed,
    save,
  });
  return (
    <Dialog title={task === null ? t.create : t.edit} description={t.intro} onClose={onClose}>
      <form ref={ref} onSubmit={onSubmit} noValidate autoComplete="off" className="space-y-4">
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
          error={wrong("name")}
          onChange={({ target }) => setName(target.value)}
        />
        <TextArea
          label={t.prompt}
          hint={t.promptHint}
          error={wrong("prompt")}
          rows={3}
          value={prompt}
          onChange={({ target }) => setPrompt(target.value)}
        />
        <ScheduleFields draft={draft} error={wrong("schedule")} onChange={setDraft} />
        <Field
          label={t.zone}
          error={wrong("timezone")}
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
        <SchedulePreview schedule={schedule} timezone={zone} told={[wrong("schedule"), wrong("timezone")]} />
        <Choice
          label={t.context}
          value={context}
          texts={t.contexts}
          error={wrong("context_mode")}
          onChange={setContext}
        />
        <TaskAdvanced draft={advanced} wrong={wrong} onChange={setAdvanced} />
        {problem !== null && <Problem text={problem} />}
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
