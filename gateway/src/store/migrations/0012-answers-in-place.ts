/** Messages that become something else by an edit: statuses that become answers, and questions that people answer with a button. */
import type { Migration } from "../migrate.ts";

export const answersInPlace: Migration = {
  version: 12,
  name: "answers in place",
  sql: `
    create index outbox_edits on outbox (chat_key, edit_of) where edit_of is not null;
    create table approvals (
      id text primary key,
      group_id text not null references groups (id) on delete cascade,
      conversation_id text not null references conversations (id) on delete cascade,
      turn_id text,
      key text not null,
      question text not null,
      choices text not null,
      state text not null check (state in ('open', 'chosen', 'expired', 'void')),
      choice text,
      answered_by text,
      message_id integer not null,
      expires_at integer not null,
      created_at integer not null,
      settled_at integer
    ) strict;
    create unique index approvals_key on approvals (group_id, key);
    create index approvals_open on approvals (expires_at) where state = 'open';
    create index approvals_settled on approvals (settled_at) where settled_at is not null;
    create table approval_rules (
      group_id text primary key references groups (id) on delete cascade,
      tools text not null
    ) strict;
  `,
};
