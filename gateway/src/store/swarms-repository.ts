/** Runs of swarms in SQLite. */
import { sql } from "kysely";
import type { Clock } from "../kit/clock.ts";
import type { Ids } from "../kit/ids.ts";
import { conversationTarget } from "./conversations-repository.ts";
import type { Received } from "./contract/inbox-store.ts";
import type { NewOutboxPart } from "./contract/outbox-store.ts";
import type { Database, Queries } from "./database.ts";
import { insertSwarm } from "./insert-swarm.ts";
import { queueMessage } from "./queue-message.ts";
import type { Message } from "./rows.ts";
import { speak } from "./spoken.ts";
import type { NewSwarm, NodeWork, SwarmNode, SwarmRun, SwarmStore } from "./contract/swarm-store.ts";
import { boardOf, writeOnBoard } from "./swarm-board.ts";
import { tellProgress } from "./swarm-progress.ts";
import { swarmMessages, toSwarmNode, toSwarmRun } from "./swarm-rows.ts";
import { sayInSwarm, takeWaitingWords } from "./swarm-words.ts";
import { nodeWork } from "./swarm-work.ts";

export class SwarmsRepository implements SwarmStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(database: Database, clock: Clock, ids: Ids) {
    this.#database = database;
    this.#clock = clock;
    this.#ids = ids;
  }

  create(swarm: NewSwarm): Promise<SwarmRun | null> {
    const now = this.#clock.now();
    return this.#database.write(`start the swarm ${swarm.id}`, (queries) => insertSwarm(queries, swarm, now));
  }

  get(id: string): Promise<SwarmRun | null> {
    return this.#database.read(`read the swarm ${id}`, async (queries) => {
      const row = await findRun(queries, id);
      return row ? toSwarmRun(row) : null;
    });
  }

  list(limit: number): Promise<SwarmRun[]> {
    return this.#database.read("list the swarms", async (queries) => {
      const rows = await queries
        .selectFrom("swarm_runs")
        .selectAll()
        .orderBy("started_at", "desc")
        .limit(limit)
        .execute();
      return rows.map(toSwarmRun);
    });
  }

  running(): Promise<SwarmRun[]> {
    return this.#database.read("list the swarms that run", async (queries) => {
      const rows = await queries
        .selectFrom("swarm_runs")
        .selectAll()
        .where(sql<boolean>`status = 'running'`)
        .orderBy("started_at")
        .execute();
      return rows.map(toSwarmRun);
    });
  }

  nodes(runId: string): Promise<SwarmNode[]> {
    return this.#database.read(`read the members of the swarm ${runId}`, (queries) => nodesOf(queries, runId));
  }

  work(runId: string): Promise<NodeWork[]> {
    return this.#database.write(`see how far the swarm ${runId} is`, (queries) => nodeWork(queries, runId));
  }

  begin(start: Parameters<SwarmStore["begin"]>[0]): Promise<Received | null> {
    const { runId, role, turnId } = start;
    const now = this.#clock.now();
    return this.#database.write(`start ${role} of the swarm ${runId}`, async (queries) => {
      const node = await findNode(queries, runId, role);
      if (node?.state !== "waiting") return null;
      const conversationId = this.#ids.next();
      await queries
        .insertInto("conversations")
        .values({
          id: conversationId,
          group_id: node.member_id,
          channel: "none",
          address: JSON.stringify({ channel: "none" }),
          place: null,
          kind: "member",
          title: start.title,
          session_id: null,
          created_at: now,
        })
        .execute();
      const words = await takeWaitingWords(queries, runId, role);
      const content = [start.prompt, ...words].join("\n\n");
      const message = { conversationId, role: "user", sender: "swarm", content } as const;
      const received = await queueMessage(queries, message, turnId, now);
      await queries
        .updateTable("swarm_nodes")
        .set({ state: "queued", conversation_id: conversationId, turn_id: turnId, turns: 1 })
        .where("run_id", "=", runId)
        .where("role", "=", role)
        .execute();
      return received;
    });
  }

  setState(
    runId: string,
    role: string,
    state: "queued" | "running" | "idle",
    result: string | null,
  ): Promise<SwarmNode | null> {
    const now = this.#clock.now();
    return this.#database.write(`store how ${role} of the swarm ${runId} stands`, async (queries) => {
      const row = await queries
        .updateTable("swarm_nodes")
        .set({ state, result })
        .$if(state === "running", (update) => update.set({ started_at: sql`coalesce(started_at, ${now})` }))
        .where("run_id", "=", runId)
        .where("role", "=", role)
        .where("state", "in", ["queued", "running", "idle"])
        .where((or) => or.or([or("state", "<>", state), or("result", "is not", result)]))
        .returningAll()
        .executeTakeFirst();
      return row ? toSwarmNode(row) : null;
    });
  }

  settle(runId: string, roles: readonly string[]): Promise<SwarmNode[] | null> {
    const now = this.#clock.now();
    return this.#database.write(`store the results of the swarm ${runId}`, async (queries) => {
      const work = (await nodeWork(queries, runId)).filter(({ role }) => roles.includes(role));
      if (work.length !== roles.length || work.some(({ open }) => open)) return null;
      const settled: SwarmNode[] = [];
      for (const { role, answer, error } of work) {
        const row = await queries
          .updateTable("swarm_nodes")
          .set({
            state: answer === null ? "failed" : "succeeded",
            result: answer,
            error: answer === null ? (error ?? "It gave no answer.") : null,
            started_at: sql`coalesce(started_at, ${now})`,
            finished_at: now,
          })
          .where("run_id", "=", runId)
          .where("role", "=", role)
          .returningAll()
          .executeTakeFirstOrThrow();
        settled.push(toSwarmNode(row));
      }
      return settled;
    });
  }

  failNode(runId: string, role: string, error: string): Promise<SwarmNode | null> {
    const now = this.#clock.now();
    return this.#database.write(`give up ${role} of the swarm ${runId}`, async (queries) => {
      const row = await queries
        .updateTable("swarm_nodes")
        .set({ state: "failed", error, finished_at: now })
        .where("run_id", "=", runId)
        .where("role", "=", role)
        .where("finished_at", "is", null)
        .returningAll()
        .executeTakeFirst();
      return row ? toSwarmNode(row) : null;
    });
  }

  progress(runId: string, content: string, part: NewOutboxPart | null): Promise<Message | null> {
    const now = this.#clock.now();
    return this.#database.write(`tell how far the swarm ${runId} is`, (queries) =>
      tellProgress(queries, runId, { content, part }, now),
    );
  }

  finish(end: Parameters<SwarmStore["finish"]>[0]): ReturnType<SwarmStore["finish"]> {
    const now = this.#clock.now();
    return this.#database.write(`end the swarm ${end.runId}`, async (queries) => {
      const row = await queries
        .updateTable("swarm_runs")
        .set({ status: end.status, error: end.error, results: end.answer, completed_at: now })
        .where("id", "=", end.runId)
        .where("status", "=", "running")
        .returningAll()
        .executeTakeFirst();
      if (!row) return null;
      await queries
        .updateTable("swarm_nodes")
        .set({ state: "cancelled", finished_at: now })
        .where("run_id", "=", end.runId)
        .where("finished_at", "is", null)
        .execute();
      let message: Message | null = null;
      if (end.say && row.conversation_id !== null) {
        const target = await conversationTarget(queries, row.conversation_id);
        const metadata = { swarmId: end.runId };
        message = await speak(queries, target, { turnId: null, ...end.say, metadata }, now);
      }
      return { run: toSwarmRun(row), nodes: await nodesOf(queries, end.runId), message };
    });
  }

  remove(id: string): Promise<boolean> {
    return this.#database.write(`delete the swarm ${id}`, async (queries) => {
      const { numDeletedRows } = await queries
        .deleteFrom("swarm_runs")
        .where("id", "=", id)
        .where("status", "<>", "running")
        .executeTakeFirst();
      return numDeletedRows > 0n;
    });
  }

  say(words: Parameters<SwarmStore["say"]>[0]): ReturnType<SwarmStore["say"]> {
    const now = this.#clock.now();
    return this.#database.write("store a message between members", (queries) => sayInSwarm(queries, words, now));
  }

  messages(runId: string, query: { after?: number; limit?: number } = {}): ReturnType<SwarmStore["messages"]> {
    return this.#database.write(`read what was said in the swarm ${runId}`, (queries) =>
      swarmMessages(queries, runId, query),
    );
  }

  board(runId: string): ReturnType<SwarmStore["board"]> {
    return this.#database.read(`read the board of the swarm ${runId}`, (queries) => boardOf(queries, runId));
  }

  writeBoard(entry: Parameters<SwarmStore["writeBoard"]>[0]): ReturnType<SwarmStore["writeBoard"]> {
    const now = this.#clock.now();
    return this.#database.write(`write on the board of the swarm ${entry.runId}`, (queries) =>
      writeOnBoard(queries, entry, now),
    );
  }

  usage(runId: string): ReturnType<SwarmStore["usage"]> {
    return this.#database.read(`add up what the swarm ${runId} used`, async (queries) => {
      const rows = await queries
        .selectFrom("swarm_nodes")
        .innerJoin("model_calls", "model_calls.group_id", "swarm_nodes.member_id")
        .select("swarm_nodes.member_id")
        .select([
          sql<number>`sum(input_tokens + output_tokens + cache_read_tokens + cache_write_tokens)`.as("tokens"),
          sql<number>`sum(coalesce(cost_usd, 0))`.as("cost"),
        ])
        .where("swarm_nodes.run_id", "=", runId)
        .groupBy("swarm_nodes.member_id")
        .execute();
      return new Map(rows.map((row) => [row.member_id, { tokens: row.tokens, costUsd: row.cost }]));
    });
  }
}

function findRun(queries: Queries, id: string) {
  return queries.selectFrom("swarm_runs").selectAll().where("id", "=", id).executeTakeFirst();
}

function findNode(queries: Queries, runId: string, role: string) {
  return queries
    .selectFrom("swarm_nodes")
    .selectAll()
    .where("run_id", "=", runId)
    .where("role", "=", role)
    .executeTakeFirst();
}

async function nodesOf(queries: Queries, runId: string): Promise<SwarmNode[]> {
  const rows = await queries
    .selectFrom("swarm_nodes")
    .selectAll()
    .where("run_id", "=", runId)
    .orderBy("position")
    .execute();
  return rows.map(toSwarmNode);
}
