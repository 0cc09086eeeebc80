/** What a task may spend and when its agent is woken; and what is asked for once although it was asked for twice. */
import type { Migration } from "../migrate.ts";

export const taskLimits: Migration = {
  version: 7,
  name: "task-limits",
  sql: `
    alter table scheduled_tasks add column pre_check text;
    alter table scheduled_tasks add column max_duration_ms integer;
    alter table scheduled_tasks add column max_cost_usd real;
    alter table scheduled_tasks add column own_sandbox integer not null default 0 check (own_sandbox in (0, 1));
    -- Names the request that made it: its repeat finds the task.
    alter table scheduled_tasks add column request_key text;
    create unique index scheduled_tasks_request on scheduled_tasks (group_id, request_key) where request_key is not null;

    -- What the pre-check printed, so that a later try of the run need not ask again.
    alter table task_runs add column check_output text;
    create index task_runs_message on task_runs (message_id) where message_id is not null;
    create index task_runs_conversation on task_runs (conversation_id) where conversation_id is not null;

    create index conversations_runs on conversations (id) where kind = 'task_run';
    -- A row that others may refer to goes only when they were asked; without these each would be read whole.
    create index messages_of_conversation on messages (conversation_id);
    create index outbox_of_conversation on outbox (conversation_id) where conversation_id is not null;
    create index turns_conversation on turns (conversation_id);
    create index outbox_external on outbox (chat_key, external_id) where external_id is not null;
  `,
};
