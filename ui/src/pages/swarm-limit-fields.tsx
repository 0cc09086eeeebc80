/** What a run may use up: each limit with what holds where nothing is said. */
import type { SwarmLimits } from "@praktor/protocol/swarm";
import { Field } from "../components/field.tsx";
import { LIMIT_FIELDS, type LimitDraft, type LimitField } from "../swarm/limit-draft.ts";
import { limitTexts } from "../swarm/limit-texts.ts";
import { en } from "../text/en.ts";

const t = en.swarmForm.limits;

export interface LimitFieldsProps {
  draft: LimitDraft;
  wrong: readonly LimitField[];
  /** What the gateway refused of one. */
  refused: (field: LimitField) => string | undefined;
  /** Absent while it is not known. */
  defaults: SwarmLimits | undefined;
  onChange: (draft: LimitDraft) => void;
}

export const LimitFields = ({ draft, wrong, refused, defaults, onChange }: LimitFieldsProps) => {
  const usual = defaults && limitTexts(defaults);
  return (
    <div className="grid gap-4 p-4 sm:grid-cols-2 lg:grid-cols-4">
      {LIMIT_FIELDS.map((field) => (
        <Field
          key={field}
          label={t.labels[field]}
          value={draft[field]}
          inputMode={field === "cost" ? "decimal" : "numeric"}
          error={wrong.includes(field) ? t.wrong[field] : refused(field)}
          {...(usual === undefined ? {} : { hint: t.empty(usual[field]) })}
          onChange={({ target }) => onChange({ ...draft, [field]: target.value })}
        />
      ))}
    </div>
  );
};
