/** What can be said of one member of a team: the same fields beside the list and beside the drawing. */
import type { GroupView } from "@praktor/protocol/rest";
import { type ReactNode, useId } from "react";
import { Field } from "../components/field.tsx";
import { Select } from "../components/select.tsx";
import { cn } from "../lib/cn.ts";
import { changeMember, type DraftMember, type TeamDraft } from "../swarm/team-draft.ts";
import { en } from "../text/en.ts";

const t = en.swarmForm;

export interface MemberFieldsProps {
  team: TeamDraft;
  member: DraftMember;
  groups: readonly GroupView[];
  /** Why the team cannot start because of this member. */
  refusal: string | undefined;
  onChange: (team: TeamDraft) => void;
  /** One below the other. */
  narrow?: boolean;
  /** Begins in the role. */
  fresh?: boolean;
  /** At the end of the first row. */
  aside?: ReactNode;
}

export const MemberFields = (props: MemberFieldsProps) => {
  const { team, member, groups, refusal, onChange, narrow = false, fresh = false, aside } = props;
  const promptId = useId();
  const change = (next: Partial<Omit<DraftMember, "key">>): void => onChange(changeMember(team, member.key, next));
  return (
    <div className={cn("grid gap-3", !narrow && "md:grid-cols-3")}>
      <Field
        label={t.role}
        value={member.role}
        maxLength={64}
        error={refusal}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- somebody just asked for this member, to name it
        autoFocus={fresh}
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
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <Field
            label={t.model}
            value={member.model}
            placeholder={t.modelPlaceholder}
            spellCheck={false}
            onChange={({ target }) => change({ model: target.value })}
          />
        </div>
        {aside}
      </div>
      <div className={cn(!narrow && "md:col-span-3")}>
        <label htmlFor={promptId} className="mb-1 block text-[13px] font-medium">
          {t.prompt}
        </label>
        <textarea
          id={promptId}
          value={member.prompt}
          rows={narrow ? 3 : 2}
          onChange={({ target }) => change({ prompt: target.value })}
          className="block w-full resize-y rounded-lg border border-line-strong/60 bg-ground px-3 py-2 max-md:text-base"
        />
      </div>
    </div>
  );
};
