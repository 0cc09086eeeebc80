/** Who did what: rows are added and, when they are old, forgotten; none is ever changed. */
import type { Migration } from "../migrate.ts";

export const audit: Migration = {
  version: 13,
  name: "audit",
  sql: `
    create table audit (
      id integer primary key autoincrement,
      at integer not null,
      actor_type text not null check (actor_type in ('person', 'page', 'cli', 'agent', 'system')),
      actor text not null,
      action text not null,
      outcome text not null check (outcome in ('ok', 'refused', 'failed')),
      group_id text,
      target text,
      detail text
    ) strict;
    create index audit_at on audit (at);
    create index audit_action on audit (action, id);
    create index audit_group on audit (group_id, id);
    create trigger audit_stays before update on audit begin
      select raise(abort, 'the audit log is only added to');
    end;
  `,
};
