/** What most tasks leave as it is: policies, limits, the pre-check, rights. */
import { ChevronRight } from "lucide-react";
import { useId } from "react";
import { Choice } from "../components/choice.tsx";
import { Field } from "../components/field.tsx";
import { type AdvancedDraft, isAmount } from "../lib/task-draft.ts";
import { en } from "../text/en.ts";

const t = en.taskForm;

interface Props {
  draft: AdvancedDraft;
  /** By the API's name of the field. */
  wrong: (field: string) => string | undefined;
  onChange: (draft: AdvancedDraft) => void;
}

export const TaskAdvanced = ({ draft, wrong, onChange }: Props) => {
  const set = (change: Partial<AdvancedDraft>): void => onChange({ ...draft, ...change });
  return (
    <details className="group/advanced">
      <summary className="flex w-fit cursor-pointer items-center gap-1.5 rounded-md py-1 pr-2 text-[13px] font-medium">
        <ChevronRight className="size-4 transition-transform group-open/advanced:rotate-90" aria-hidden="true" />
        {t.advanced}
      </summary>
      <div className="mt-3 space-y-4">
        <Choice
          label={t.overlap}
          error={wrong("overlap")}
          value={draft.overlap}
          texts={t.overlaps}
          onChange={(overlap) => set({ overlap })}
        />
        <Choice
          label={t.catchUp}
          error={wrong("catch_up")}
          value={draft.catchUp}
          texts={t.catchUps}
          onChange={(catchUp) => set({ catchUp })}
        />
        <div className="grid grid-cols-2 items-start gap-3">
          <Amount
            label={t.grace}
            refusal={wrong("grace_ms")}
            value={draft.graceHours}
            onChange={(graceHours) => set({ graceHours })}
          />
          <Amount
            label={t.maxMinutes}
            refusal={wrong("max_duration_ms")}
            value={draft.maxMinutes}
            onChange={(maxMinutes) => set({ maxMinutes })}
          />
          <Amount
            label={t.maxTurns}
            refusal={wrong("max_turns")}
            value={draft.maxTurns}
            onChange={(maxTurns) => set({ maxTurns })}
          />
          <Amount
            label={t.maxCost}
            refusal={wrong("max_cost_usd")}
            value={draft.maxCost}
            onChange={(maxCost) => set({ maxCost })}
          />
        </div>
        <p className="text-xs text-muted">{t.limitsHint}</p>
        <Field
          label={t.model}
          error={wrong("model")}
          hint={t.modelHint}
          className="font-mono"
          spellCheck={false}
          autoCapitalize="off"
          value={draft.model}
          onChange={({ target }) => set({ model: target.value })}
        />
        <Field
          label={t.preCheck}
          error={wrong("pre_check")}
          hint={t.preCheckHint}
          className="font-mono"
          spellCheck={false}
          autoCapitalize="off"
          maxLength={4000}
          value={draft.preCheck}
          onChange={({ target }) => set({ preCheck: target.value })}
        />
        <Check
          label={t.ownSandbox}
          hint={t.ownSandboxHint}
          value={draft.ownSandbox}
          onChange={(ownSandbox) => set({ ownSandbox })}
        />
        <Check
          label={t.mayManage}
          hint={t.mayManageHint}
          value={draft.mayManage}
          onChange={(mayManage) => set({ mayManage })}
        />
      </div>
    </details>
  );
};

interface AmountProps {
  label: string;
  refusal: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

const Amount = ({ label, refusal, value, onChange }: AmountProps) => (
  <Field
    label={label}
    inputMode="decimal"
    placeholder={t.unlimited}
    error={isAmount(value) ? refusal : t.invalid.amount}
    value={value}
    onChange={({ target }) => onChange(target.value)}
  />
);

interface CheckProps {
  label: string;
  hint: string;
  value: boolean;
  onChange: (value: boolean) => void;
}

const Check = ({ label, hint, value, onChange }: CheckProps) => {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <input
        id={id}
        type="checkbox"
        checked={value}
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => onChange(target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-solid"
      />
      <div>
        <label htmlFor={id} className="block text-[13px] font-medium">
          {label}
        </label>
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      </div>
    </div>
  );
};
