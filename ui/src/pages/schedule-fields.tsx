/** The schedule's part of the form: a few choices, or whatever cron can say. */
import { Button } from "../components/button.tsx";
import { Field } from "../components/field.tsx";
import { Select } from "../components/select.tsx";
import type { SimpleSchedule } from "../lib/simple-schedule.ts";
import { en } from "../text/en.ts";

const t = en.taskForm;

/** `text` is what the gateway gets in cron mode. */
export interface ScheduleDraft {
  mode: "simple" | "cron";
  simple: SimpleSchedule;
  text: string;
}

interface Props {
  draft: ScheduleDraft;
  error: string | undefined;
  onChange: (draft: ScheduleDraft) => void;
}

export const ScheduleFields = ({ draft, error, onChange }: Props) => (
  <fieldset className="space-y-3">
    <div className="flex items-center justify-between">
      <legend className="contents text-[13px] font-medium">{t.mode}</legend>
      <div className="flex gap-1">
        {(["simple", "cron"] as const).map((mode) => (
          <Button
            key={mode}
            size="pill"
            variant={draft.mode === mode ? "pressed" : "ghost"}
            aria-pressed={draft.mode === mode}
            onClick={() => onChange({ ...draft, mode })}
          >
            {t[mode]}
          </Button>
        ))}
      </div>
    </div>
    {draft.mode === "simple" ? (
      <SimpleFields simple={draft.simple} error={error} onChange={(simple) => onChange({ ...draft, simple })} />
    ) : (
      <Field
        label={t.cronLabel}
        hint={t.cronHint}
        error={error}
        className="font-mono"
        spellCheck={false}
        autoCapitalize="off"
        value={draft.text}
        onChange={(event) => onChange({ ...draft, text: event.target.value })}
      />
    )}
  </fieldset>
);

const repeats = ["daily", "weekdays", "weekly", "monthly", "hourly"] as const;

interface SimpleFieldsProps {
  simple: SimpleSchedule;
  error: string | undefined;
  onChange: (simple: SimpleSchedule) => void;
}

const SimpleFields = ({ simple, error, onChange }: SimpleFieldsProps) => (
  <div className="grid grid-cols-[6fr_5fr] gap-3 md:grid-cols-2">
    <Select
      label={t.every}
      value={simple.repeat}
      onChange={({ target }) =>
        onChange({ ...simple, repeat: repeats.find((repeat) => repeat === target.value) ?? simple.repeat })
      }
    >
      {repeats.map((repeat) => (
        <option key={repeat} value={repeat}>
          {t.repeats[repeat]}
        </option>
      ))}
    </Select>
    {simple.repeat === "weekly" && (
      <Select
        label={t.day}
        value={simple.weekday}
        onChange={({ target }) => onChange({ ...simple, weekday: Number(target.value) })}
      >
        {t.days.map((day, index) => (
          <option key={day} value={index}>
            {day}
          </option>
        ))}
      </Select>
    )}
    {simple.repeat === "monthly" && (
      <Field
        label={t.dayOfMonth}
        error={error}
        type="number"
        min={1}
        max={31}
        value={simple.dayOfMonth}
        onChange={({ target }) => onChange({ ...simple, dayOfMonth: Number(target.value) })}
      />
    )}
    {simple.repeat === "hourly" ? (
      <Field
        label={t.minute}
        error={error}
        type="number"
        min={0}
        max={59}
        value={Number(simple.time.split(":")[1] ?? 0)}
        onChange={({ target }) => onChange({ ...simple, time: `00:${target.value.padStart(2, "0")}` })}
      />
    ) : (
      <Field
        label={t.time}
        error={simple.repeat === "monthly" ? undefined : error}
        type="time"
        value={simple.time}
        onChange={({ target }) => onChange({ ...simple, time: target.value })}
      />
    )}
  </div>
);
