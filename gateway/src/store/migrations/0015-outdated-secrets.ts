/** Which sandboxes were given secrets that have changed since, and what they may still have: values replaced or deleted, sealed as they were, and the names of what was taken from their groups. */
import type { Migration } from "../migrate.ts";

export const outdatedSecrets: Migration = {
  version: 15,
  name: "outdated_secrets",
  sql: `
    alter table agent_sessions add column secrets_outdated integer not null default 0 check (secrets_outdated in (0, 1));
    -- Of what runs already nobody noted what it was given.
    update agent_sessions set secrets_outdated = 1 where status <> 'stopped' and exists (select 1 from vault_keys);
    create table older_secrets (
      id integer primary key,
      name text not null,
      key_id text not null references vault_keys (id),
      sealed text not null,
      replaced_at integer not null
    ) strict;
    create table taken_secrets (
      group_id text not null references groups (id) on delete cascade,
      secret_name text not null,
      primary key (group_id, secret_name)
    ) strict, without rowid;
  `,
};
