/** Which lines of the audit log are shown: of whom, about what, in which group, with which outcome. */
import { useQuery } from "@tanstack/react-query";
import type { AuditFilter } from "../api/audit-endpoints.ts";
import { groupsQuery } from "../api/queries.ts";
import { Choice } from "../components/choice.tsx";
import { Select } from "../components/select.tsx";
import { en } from "../text/en.ts";

const t = en.audit;

export interface AuditFiltersProps {
  filter: AuditFilter;
  onChange: (filter: AuditFilter) => void;
}

export const AuditFilters = ({ filter, onChange }: AuditFiltersProps) => {
  const groups = useQuery(groupsQuery).data ?? [];
  return (
    <fieldset className="grid grid-cols-2 gap-3 md:grid-cols-4">
      <legend className="sr-only">{t.filters}</legend>
      <Choice label={t.who} value={filter.actor} texts={t.whos} onChange={(actor) => onChange({ ...filter, actor })} />
      <Choice
        label={t.action}
        value={filter.action}
        texts={t.subjects}
        onChange={(action) => onChange({ ...filter, action })}
      />
      <Select
        label={t.group}
        value={filter.groupId}
        onChange={({ target }) => onChange({ ...filter, groupId: target.value })}
      >
        <option value="">{t.anyGroup}</option>
        {groups.map((group) => (
          <option key={group.id} value={group.id}>
            {group.name}
          </option>
        ))}
      </Select>
      <Choice
        label={t.outcome}
        value={filter.outcome}
        texts={t.outcomes}
        onChange={(outcome) => onChange({ ...filter, outcome })}
      />
    </fieldset>
  );
};
