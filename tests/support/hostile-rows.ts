/** A database in which the hostile texts stand wherever the page shows what others wrote. */
import { DatabaseSync } from "node:sqlite";
import { texts } from "./hostile-texts.ts";

/** Stands before a text that is shown as Markdown, and so not as it was written. */
export const mark = (index: number): string => `Number ${index}.`;

/** What a disk takes as a name, of each text as much as it takes. */
export const fileNames = texts.map((text, index) => `${text.replaceAll("/", "\u2215").slice(0, 70)} ${index}`);

/** A group whose history is the texts, said by people and by the agent. Nobody but the gateway opens its database while it runs. */
export function fill(file: string): void {
  using database = new DatabaseSync(file);
  database.exec(`
    insert into groups (id, name, folder, is_main, created_at) values ('texts', 'Texts', 'texts', 0, 1);
    insert into conversations (id, group_id, channel, address, kind, title, created_at)
      values ('texts', 'texts', 'web', '{"channel":"web"}', 'page', 'Page', 1);
  `);
  const insert = database.prepare(
    "insert into messages (group_id, conversation_id, role, sender, content, metadata, created_at) values ('texts', 'texts', ?, ?, ?, '{}', ?)",
  );
  const all = ["The beginning of the texts.", ...texts, "The end of the texts."];
  database.exec("begin");
  fillPlaces(database);
  for (const [index, text] of all.entries()) {
    const isAgent = index % 2 === 0;
    insert.run(isAgent ? "assistant" : "user", isAgent ? "agent" : "user:42", text, 1_700_000_000_000 + index * 1_000);
  }
  database.exec("commit");
}

/** The texts in every other place where the page shows what others wrote. */
function fillPlaces(database: DatabaseSync): void {
  const group = database.prepare("insert into groups (id, name, folder, is_main, created_at) values (?, ?, ?, 0, 1)");
  const task = database.prepare(`
    insert into scheduled_tasks (id, group_id, name, schedule, timezone, prompt, context_mode, status, overlap, catch_up, grace_ms,
      may_manage_tasks, anchor_at, last_run_at, last_status, last_error, created_at, updated_at)
    values (?, 'texts', ?, '{"kind":"interval","interval_ms":3600000}', 'UTC', ?, 'isolated', 'paused', 'skip', 'skip', 1, 0, 1, 1, 'failed', ?, 1, 1)`);
  const audit = database.prepare(
    "insert into audit (at, actor_type, actor, action, outcome, target, detail) values (?, 'person', ?, 'task.change', 'ok', ?, ?)",
  );
  const approval = database.prepare(`
    insert into approvals (id, group_id, conversation_id, key, question, choices, state, message_id, expires_at, created_at)
    values (?, 'texts', 'texts', ?, ?, ?, 'open', 1, 9000000000000, 1)`);
  const limits = '{"node_ms":1000,"run_ms":1000,"tokens":null,"cost_usd":null}';
  database
    .prepare(`
      insert into swarm_runs (id, group_id, name, task, status, error, agents, edges, lead, limits, results, started_at, completed_at)
      values ('texts', 'texts', ?, ?, 'failed', ?, '[{"role":"one","prompt":"p"}]', '[]', 'one', ?, '{}', 1, 2)`)
    .run(texts[0] ?? "", texts[0] ?? "", texts[0] ?? "", limits);
  database
    .prepare(`
      insert into swarm_nodes (run_id, role, position, member_id, prompt, state, error, started_at, finished_at)
      values ('texts', 'one', 0, 'sw-texts-one', ?, 'failed', ?, 1, 2)`)
    .run(texts[0] ?? "", texts[0] ?? "");
  const said = database.prepare(
    "insert into swarm_messages (run_id, sender, recipient, content, key, created_at) values ('texts', 'one', null, ?, ?, 1)",
  );
  const board = database.prepare(
    "insert into swarm_board (run_id, key, value, author, updated_at) values ('texts', ?, ?, 'one', 1)",
  );
  for (const [index, text] of texts.entries()) {
    const marked = `${mark(index)}\n\n${text}`;
    group.run(`x${index}`, text, `x${index}`);
    task.run(`t${index}`, text, text, text);
    audit.run(Date.now(), text, text, text);
    approval.run(`a${index}`, `a${index}`, marked, JSON.stringify([{ id: "yes", label: text.slice(0, 60) }]));
    said.run(marked, `m${index}`);
    board.run(`${index} ${text}`.slice(0, 100), marked);
  }
  const people = texts.map((name, index) => ({ id: String(1_000 + index), name, pairedAt: 1 }));
  const waiting = texts.slice(0, 20).map((name, index) => ({ id: String(5_000 + index), name, askedAt: 1 }));
  database
    .prepare("insert or replace into settings (key, value) values ('telegram.pairing', ?)")
    .run(JSON.stringify({ owner: null, people, offer: null, waiting }));
}
