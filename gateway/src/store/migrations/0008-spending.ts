/** What a model call was for and what it cost; the sums of a day, which budgets and bills are read from; a group's own budget. */
import type { Migration } from "../migrate.ts";

/** Calls of earlier versions had no price; their days are those of UTC. */
export const spending: Migration = {
  version: 8,
  name: "spending",
  sql: `
    alter table groups add column own_budget integer not null default 0 check (own_budget in (0, 1));
    alter table groups add column budget_day_usd real check (budget_day_usd is null or budget_day_usd > 0);

    alter table model_calls add column charged_group_id text;
    alter table model_calls add column conversation_id text;
    alter table model_calls add column task_id text;
    alter table model_calls add column swarm_id text;
    alter table model_calls add column cache_write_1h_tokens integer not null default 0;
    alter table model_calls add column priced integer not null default 0 check (priced in (0, 1));
    create index model_calls_turn on model_calls (turn_id) where turn_id is not null;
    create index model_calls_task on model_calls (task_id) where task_id is not null;
    create index model_calls_swarm on model_calls (swarm_id) where swarm_id is not null;

    create table usage_days (
      day text not null,
      group_id text not null,
      model text not null,
      calls integer not null,
      unpriced_calls integer not null,
      input_tokens integer not null,
      output_tokens integer not null,
      cache_read_tokens integer not null,
      cache_write_tokens integer not null,
      cost_usd real not null,
      counted_usd real not null,
      primary key (day, group_id, model)
    ) strict, without rowid;
    insert into usage_days
      select date(at / 1000, 'unixepoch'), group_id, model, count(*), count(*), sum(input_tokens), sum(output_tokens),
        sum(cache_read_tokens), sum(cache_write_tokens), 0, 0
      from model_calls where input_tokens + output_tokens + cache_read_tokens + cache_write_tokens > 0
      group by 1, 2, 3;
  `,
};
