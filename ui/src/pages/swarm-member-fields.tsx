/** What can be said of one member of a team: the same fields beside the list and beside the drawing. */
import type { GroupView } from "@praktor/protocol/rest";
import type { ReactNode } from "react";
import { Field } from "../components/field.tsx";
import { Select } from "../components/select.tsx";
import { TextArea } from "../components/text-area.tsx";
import { cn } from "../lib/cn.ts";
import { changeMember, type DraftMember, type TeamDraft } from "../swarm/team-draft.ts";
import { en } from "../text/en.ts";
import type { MemberField } from "./swarm-team-editor.ts";

const t = en.swarmForm;

export interface MemberFieldsProps {
  team: TeamDraft;
  member: DraftMember;
  groups: readonly GroupView[];
  /** Why the team cannot start because of this member. */
  refusal: string | undefined;
  wrong: (field: MemberField) => string | undefined;
  onChange: (team: TeamDraft) => void;
  /** One below the other. */
  narrow?: boolean;
  /** Begins in the role. */
  fresh?: boolean;
  /** At the end of the first row. */
  aside?: ReactNode;
}

export const MemberFields = (props: MemberFieldsProps) => {
  const { team, member, groups, refusal, wrong, onChange, narrow = false, fresh = false, aside } = props;
  const change = (next: Partial<Omit<DraftMember, "key">>): void => onChange(changeMember(team, member.key, next));
  return (
    <div className={cn("grid gap-3", !narrow && "md:grid-cols-3")}>
      <Field
        label={t.role}
        value={member.role}
        maxLength={64}
        error={refusal ?? wrong("role")}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- somebody just asked for this member, to name it
        autoFocus={fresh}
        onChange={({ target }) => change({ role: target.value })}
      />
      <Select
        label={t.folder}
        value={member.folder}
        error={wrong("group_folder")}
        onChange={({ target }) => change({ folder: target.value })}
      >
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
            error={wrong("model")}
            placeholder={t.modelPlaceholder}
            spellCheck={false}
            onChange={({ target }) => change({ model: target.value })}
          />
        </div>
        {aside}
      </div>
      <div className={cn(!narrow && "md:col-span-3")}>
        <TextArea
          label={t.prompt}
          value={member.prompt}
          error={wrong("prompt")}
          rows={narrow ? 3 : 2}
          onChange={({ target }) => change({ prompt: target.value })}
        />
      </div>
    </div>
  );
};
