/**
 * The first schema. Tables are STRICT, so that a column's type is what the code says; what must never happen is refused by a key,
 * a check or a trigger, so that no query can break it.
 */
import type { Migration } from "../migrate.ts";

export const first: Migration = {
  version: 1,
  name: "first",
  // 0x50726b74 spells "Prkt": it tells this file from another program's.
  sql: `
    pragma application_id = 0x50726b74;

    create table groups (
      id text primary key not null,
      name text not null,
      folder text not null unique,
      is_main integer not null check (is_main in (0, 1)),
      model text,
      created_at integer not null,
      -- Kept by whoever inserts a message: counting 100,000 rows for each look at the list of groups would be slow.
      message_count integer not null default 0,
      last_active_at integer
    ) strict;
    create unique index groups_main on groups (is_main) where is_main = 1;

    create table conversations (
      id text primary key not null,
      group_id text not null references groups (id),
      channel text not null check (channel in ('telegram', 'web', 'none')),
      address text not null,
      place text unique,
      kind text not null check (kind in ('chat', 'topic', 'page', 'task_run', 'member')),
      title text not null,
      session_id text,
      created_at integer not null
    ) strict;
    create index conversations_group on conversations (group_id);

    create table turns (
      position integer primary key autoincrement,
      id text not null unique,
      group_id text not null references groups (id),
      conversation_id text not null references conversations (id),
      state text not null check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
      sender text not null,
      attempt integer not null default 0,
      tries integer not null default 0,
      lease_epoch integer,
      sandbox_generation integer,
      accepted_at integer,
      interrupted integer not null default 0 check (interrupted in (0, 1)),
      deadline_at integer,
      not_before integer,
      cancel_requested integer not null default 0 check (cancel_requested in (0, 1)),
      error_code text,
      error text,
      queued_at integer not null,
      started_at integer,
      finished_at integer,
      usage text,
      check ((finished_at is not null) = (state in ('succeeded', 'failed', 'cancelled'))),
      check (state <> 'running' or (attempt > 0 and lease_epoch is not null and deadline_at is not null))
    ) strict;
    create unique index turns_running on turns (conversation_id) where state = 'running';
    create index turns_queued on turns (conversation_id) where state = 'queued';
    create index turns_open on turns (position) where state in ('queued', 'running');
    create index turns_waiting on turns (not_before) where state = 'queued' and not_before is not null;
    create trigger turns_end_once before update of state on turns when old.finished_at is not null
      begin select raise(abort, 'the turn has ended'); end;
    create trigger turns_attempts_grow before update of attempt on turns when new.attempt < old.attempt
      begin select raise(abort, 'attempts never go back'); end;

    create table turn_events (
      id integer primary key,
      turn_id text not null references turns (id),
      attempt integer not null,
      seq integer not null,
      type text not null,
      data text not null,
      created_at integer not null,
      unique (turn_id, attempt, seq)
    ) strict;
    create index turn_events_age on turn_events (created_at);

    create table messages (
      id integer primary key autoincrement,
      group_id text not null references groups (id),
      conversation_id text not null references conversations (id),
      turn_id text references turns (id),
      role text not null check (role in ('user', 'assistant', 'notice')),
      sender text not null,
      content text not null,
      metadata text not null,
      created_at integer not null
    ) strict;
    create index messages_group on messages (group_id);
    create index messages_conversation on messages (group_id, conversation_id);
    create index messages_turn on messages (turn_id) where turn_id is not null;

    create table inbox (
      source text not null,
      update_id integer not null,
      message_id integer references messages (id),
      received_at integer not null,
      primary key (source, update_id)
    ) strict, without rowid;
    create index inbox_age on inbox (received_at);

    create table idempotency_keys (
      conversation_id text not null references conversations (id),
      key text not null,
      message_id integer not null references messages (id),
      created_at integer not null,
      primary key (conversation_id, key)
    ) strict, without rowid;
    create index idempotency_keys_age on idempotency_keys (created_at);

    create table outbox (
      id integer primary key autoincrement,
      conversation_id text references conversations (id),
      group_id text references groups (id),
      message_id integer references messages (id),
      channel text not null,
      chat_key text not null,
      address text not null,
      part integer not null,
      body text not null,
      edit_of text,
      state text not null check (state in ('pending', 'sending', 'sent', 'failed', 'uncertain')),
      attempts integer not null default 0,
      not_before integer not null default 0,
      external_id text,
      repeated integer not null default 0 check (repeated in (0, 1)),
      error text,
      created_at integer not null,
      sent_at integer,
      check ((state = 'sent') = (external_id is not null and sent_at is not null))
    ) strict;
    create index outbox_unsent on outbox (chat_key) where state in ('pending', 'sending');
    create unique index outbox_sending on outbox (chat_key) where state = 'sending';
    create unique index outbox_message on outbox (message_id, part) where message_id is not null;
    create trigger outbox_sent_once before update of state on outbox when old.state in ('sent', 'failed', 'uncertain')
      begin select raise(abort, 'the part is settled'); end;

    create table chat_holds (
      chat_key text primary key not null,
      not_before integer not null
    ) strict, without rowid;

    create table agent_sessions (
      id text primary key not null,
      group_id text not null references groups (id),
      generation integer not null,
      container_id text,
      status text not null check (status in ('starting', 'running', 'stopping', 'stopped')),
      token_hash text not null unique,
      nats_user text,
      started_at integer not null,
      last_active integer not null,
      stopped_at integer,
      error text,
      unique (group_id, generation)
    ) strict;
    create unique index agent_sessions_live on agent_sessions (group_id) where status <> 'stopped';

    create table settings (
      key text primary key not null,
      value text not null
    ) strict, without rowid;

    create table model_calls (
      id integer primary key,
      group_id text not null,
      turn_id text,
      model text not null,
      input_tokens integer not null,
      output_tokens integer not null,
      cache_read_tokens integer not null,
      cache_write_tokens integer not null,
      cost_usd real not null,
      status integer not null,
      duration_ms integer not null,
      at integer not null
    ) strict;
    create index model_calls_at on model_calls (at);
    create index model_calls_group on model_calls (group_id, at);

    create table scheduled_tasks (
      id text primary key not null,
      group_id text not null references groups (id),
      name text not null,
      schedule text not null,
      prompt text not null,
      context_mode text not null,
      status text not null,
      next_run_at integer,
      last_run_at integer,
      last_status text,
      last_error text,
      created_at integer not null
    ) strict;
    create index scheduled_tasks_due on scheduled_tasks (status, next_run_at);

    create table swarm_runs (
      id text primary key not null,
      group_id text not null references groups (id),
      task text not null,
      status text not null,
      agents text not null,
      results text,
      started_at integer not null,
      completed_at integer
    ) strict;
    create index swarm_runs_group on swarm_runs (group_id, started_at);

    create table health_probe (
      id integer primary key,
      checked_at integer not null,
      filler blob not null
    ) strict;
  `,
};
