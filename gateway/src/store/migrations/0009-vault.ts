/** Secrets, encrypted; the key that they are under, without the key; and which group is given which. */
import type { Migration } from "../migrate.ts";

export const vault: Migration = {
  version: 9,
  name: "vault",
  sql: `
    create table vault_keys (
      id text primary key,
      kind text not null check (kind in ('passphrase', 'file')),
      salt blob,
      sealed_check text not null,
      created_at integer not null
    ) strict;
    create table secrets (
      name text primary key,
      key_id text not null references vault_keys (id),
      sealed text not null,
      created_at integer not null,
      updated_at integer not null
    ) strict;
    create table secret_assignments (
      secret_name text not null references secrets (name) on delete cascade,
      group_id text not null references groups (id) on delete cascade,
      delivery text not null check (delivery in ('env', 'file')),
      target text not null,
      created_at integer not null,
      primary key (group_id, delivery, target)
    ) strict;
    create index secret_assignments_secret on secret_assignments (secret_name);
  `,
};
