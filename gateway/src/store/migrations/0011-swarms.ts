/** Runs of swarms, their members, what these say to each other and the board that they share. */
import type { Migration } from "../migrate.ts";

export const swarms: Migration = {
  version: 11,
  name: "swarms",
  // No version before this one wrote swarm_runs, so there are none to bring along.
  sql: `
    drop table swarm_runs;
    create table swarm_runs (
      id text primary key not null,
      group_id text not null references groups (id),
      -- Where the answer is said; null: nowhere besides the page of swarms.
      conversation_id text references conversations (id),
      name text not null,
      task text not null,
      status text not null check (status in ('running', 'succeeded', 'failed', 'cancelled')),
      error text,
      agents text not null,
      edges text not null,
      lead text not null,
      limits text not null,
      -- The one message in the chat that tells how far it is.
      progress_message_id integer references messages (id),
      results text,
      started_at integer not null,
      completed_at integer,
      check ((completed_at is not null) = (status <> 'running'))
    ) strict;
    create index swarm_runs_group on swarm_runs (group_id, started_at);
    create index swarm_runs_age on swarm_runs (started_at);
    create index swarm_runs_running on swarm_runs (started_at) where status = 'running';
    create trigger swarm_runs_end_once before update of status on swarm_runs when old.completed_at is not null
      begin select raise(abort, 'the swarm has ended'); end;

    create table swarm_nodes (
      run_id text not null references swarm_runs (id) on delete cascade,
      role text not null,
      position integer not null,
      member_id text not null unique,
      prompt text not null,
      group_folder text,
      model text,
      state text not null check (state in ('waiting', 'queued', 'running', 'idle', 'succeeded', 'failed', 'cancelled')),
      result text,
      error text,
      conversation_id text,
      turn_id text,
      turns integer not null default 0,
      started_at integer,
      finished_at integer,
      primary key (run_id, role),
      check ((finished_at is not null) = (state in ('succeeded', 'failed', 'cancelled'))),
      check (state <> 'succeeded' or result is not null)
    ) strict, without rowid;
    create trigger swarm_nodes_end_once before update of state on swarm_nodes when old.finished_at is not null
      begin select raise(abort, 'the member is done'); end;

    create table swarm_messages (
      id integer primary key autoincrement,
      run_id text not null references swarm_runs (id) on delete cascade,
      sender text not null,
      recipient text,
      content text not null,
      key text not null,
      created_at integer not null,
      unique (run_id, sender, key)
    ) strict;

    create table swarm_deliveries (
      message_id integer not null references swarm_messages (id) on delete cascade,
      run_id text not null,
      recipient text not null,
      state text not null check (state in ('waiting', 'delivered', 'missed')),
      primary key (message_id, recipient)
    ) strict, without rowid;
    create index swarm_deliveries_run on swarm_deliveries (run_id, recipient);
    create trigger swarm_deliveries_once before update of state on swarm_deliveries when old.state <> 'waiting'
      begin select raise(abort, 'the message is settled'); end;

    create table swarm_board (
      run_id text not null references swarm_runs (id) on delete cascade,
      key text not null,
      value text not null,
      author text not null,
      updated_at integer not null,
      primary key (run_id, key)
    ) strict, without rowid;
  `,
};
