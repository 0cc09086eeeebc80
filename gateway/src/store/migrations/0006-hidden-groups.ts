/** Groups that are nobody's chat: a sandbox, conversations and a credential of their own for a member of a swarm or for a task. */
import type { Migration } from "../migrate.ts";

export const hiddenGroups: Migration = {
  version: 6,
  name: "hidden-groups",
  sql: `
    alter table groups add column kind text not null default 'chat' check (kind in ('chat', 'member', 'task'));
    -- The group that asked for it, and that its usage counts for.
    alter table groups add column parent_id text references groups (id);
    -- Whose workspace it sees: a task writes there, a member only reads.
    alter table groups add column files_of text references groups (id);
    alter table groups add column swarm_id text;
    create index groups_hidden on groups (parent_id) where parent_id is not null;
    create index groups_files on groups (files_of) where files_of is not null;
  `,
};
