/** Scheduled tasks with all that they need, and their runs: one row for each moment that a task was due. */
import type { Migration } from "../migrate.ts";

export const tasks: Migration = {
  version: 2,
  name: "tasks",
  // No version before this one wrote tasks, so there are none to bring along.
  sql: `
    drop table scheduled_tasks;
    create table scheduled_tasks (
      id text primary key not null,
      group_id text not null references groups (id),
      name text not null,
      schedule text not null,
      timezone text not null,
      prompt text not null,
      context_mode text not null check (context_mode in ('isolated', 'group')),
      status text not null check (status in ('active', 'paused', 'completed')),
      overlap text not null check (overlap in ('skip', 'queue')),
      catch_up text not null check (catch_up in ('run_once', 'skip')),
      grace_ms integer not null,
      model text,
      max_turns integer,
      may_manage_tasks integer not null check (may_manage_tasks in (0, 1)),
      -- Intervals count from here, so that a late run delays none after it.
      anchor_at integer not null,
      next_run_at integer,
      last_run_at integer,
      last_status text,
      last_error text,
      failures_in_row integer not null default 0,
      created_at integer not null,
      updated_at integer not null
    ) strict;
    create index scheduled_tasks_due on scheduled_tasks (status, next_run_at);
    create index scheduled_tasks_group on scheduled_tasks (group_id, created_at);

    create table task_runs (
      id text primary key not null,
      task_id text not null references scheduled_tasks (id) on delete cascade,
      group_id text not null references groups (id),
      scheduled_for integer not null,
      trigger text not null check (trigger in ('schedule', 'manual')),
      state text not null check (state in ('waiting', 'queued', 'succeeded', 'failed', 'cancelled', 'skipped')),
      tries integer not null default 0,
      error text,
      conversation_id text references conversations (id),
      turn_id text references turns (id),
      message_id integer references messages (id),
      claimed_at integer not null,
      started_at integer,
      finished_at integer,
      unique (task_id, scheduled_for),
      check ((finished_at is not null) = (state in ('succeeded', 'failed', 'cancelled', 'skipped'))),
      check (state <> 'queued' or turn_id is not null)
    ) strict;
    create index task_runs_open on task_runs (task_id, scheduled_for) where state in ('waiting', 'queued');
    create unique index task_runs_turn on task_runs (turn_id);
    create index task_runs_age on task_runs (finished_at) where finished_at is not null;
    create trigger task_runs_end_once before update of state on task_runs when old.finished_at is not null
      begin select raise(abort, 'the run has ended'); end;

    -- A group has few conversations that people see, and one more for every run.
    drop index conversations_group;
    create index conversations_group on conversations (group_id) where kind <> 'task_run';
  `,
};
