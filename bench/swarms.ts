/** What a swarm costs beside its members: four at once against four chats that do the same from cold; and how soon a browser hears of a change. */
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { EventFrame } from "@praktor/protocol/events";
import { MessageView } from "@praktor/protocol/rest";
import { SwarmRunView } from "@praktor/protocol/swarm";
import { z } from "zod";
import { System } from "../tests/support/system.ts";

export const name = "swarms";

const rounds = Number(process.env["PRAKTOR_BENCH_ROUNDS"] ?? 5);
const width = 4;
const words = "echo done";
const patienceMs = 180_000;

/** From the request, in milliseconds. */
interface Round {
  /** The last of four has its sandbox and has taken its input. */
  startedMs: number;
  /** The last of four turns has ended. */
  turnsMs: number;
  /** The last of four is done; of a swarm: its result is committed. */
  doneMs: number;
}

export async function run(): Promise<void> {
  await using system = await System.start({ environment: { PRAKTOR_MAIN_CHAT_ID: "42" } });
  await post(system, "/api/groups", { id: "asker", name: "Asker", folder: "asker" });
  const heard: number[] = [];
  const socket = await listen(system, heard);
  const chats: Round[] = [];
  const swarms: Round[] = [];
  // The first of each is not counted: it fills the machine's caches.
  for (let round = 0; round <= rounds; round += 1) {
    const { swarm, inputs } = await fourMembers(system);
    // The very same words, so that the model takes the same time.
    const chat = await fourChats(system, round, inputs);
    if (round === 0) continue;
    chats.push(chat);
    swarms.push(swarm);
  }
  socket.close();
  console.log(`swarms: ${rounds} rounds, ${width} at once, process sandboxes, simulated model, real Claude Code`);
  print("4 chats: request → all sandboxes took their input", of(chats, "startedMs"));
  print("4 members: the same", of(swarms, "startedMs"));
  print("4 chats: request → all answered", of(chats, "doneMs"));
  print("4 members: request → all turns ended", of(swarms, "turnsMs"));
  print("4 members: request → all results committed", of(swarms, "doneMs"));
  print("  members less chats of the same round", difference(swarms, chats));
  print(`a swarm's ${heard.length} changes → WebSocket client`, heard);
}

async function fourChats(system: System, round: number, inputs: readonly string[]): Promise<Round> {
  const ids = inputs.map((_, index) => `chat-${round}-${index}`);
  for (const id of ids) await post(system, "/api/groups", { id, name: id, folder: id });
  const begunAt = Date.now();
  await Promise.all(ids.map((id, index) => post(system, `/api/groups/${id}/messages`, { text: inputs[index] })));
  const done = await allDone(system, ids, begunAt);
  for (const id of ids) await post(system, `/api/agents/${id}/stop`);
  return done;
}

async function fourMembers(system: System): Promise<{ swarm: Round; inputs: string[] }> {
  const agents = Array.from({ length: width }, (_, index) => ({ role: `r${index}`, prompt: words }));
  const begunAt = Date.now();
  const body = { task: "Bench", group_id: "asker", agents: [...agents, { role: "boss" }], lead: "boss" };
  const { id, nodes } = SwarmRunView.parse(await post(system, "/api/swarms", body));
  const members = nodes.filter(({ is_lead: isLead }) => !isLead).map(({ member_id: memberId }) => memberId);
  const { startedMs, turnsMs } = await allDone(system, members, begunAt);
  const inputs: string[] = [];
  for (const memberId of members) {
    const messages = MessageView.array().parse(await system.getJson(`/api/groups/${memberId}/messages`));
    inputs.push(messages.find(({ role }) => role === "user")?.text ?? "");
  }
  for (;;) {
    const run = SwarmRunView.parse(await system.getJson(`/api/swarms/${id}`));
    if (run.status !== "running") {
      if (run.status !== "succeeded") throw new Error(`the swarm ${run.status}: ${run.error ?? ""}`);
      const ends = run.nodes.filter(({ is_lead: isLead }) => !isLead).map((node) => Date.parse(node.finished_at ?? ""));
      return { swarm: { startedMs, turnsMs, doneMs: Math.max(...ends) - begunAt }, inputs };
    }
    await sleep(100);
  }
}

const Row = z.object({ acceptedAt: z.int(), finishedAt: z.int() });

/** Read from the database, so that asking does not get in the way of what is measured. */
async function allDone(system: System, groupIds: readonly string[], begunAt: number): Promise<Round> {
  using database = new DatabaseSync(join(system.folder, "praktor.db"), { readOnly: true });
  const select = database.prepare(
    `select accepted_at as "acceptedAt", finished_at as "finishedAt" from turns
     where state = 'succeeded' and group_id in (select value from json_each(?))`,
  );
  for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(100)) {
    const rows = select.all(JSON.stringify(groupIds)).map((row) => Row.parse(row));
    if (rows.length < groupIds.length) continue;
    const turnsMs = Math.max(...rows.map(({ finishedAt }) => finishedAt)) - begunAt;
    return {
      startedMs: Math.max(...rows.map(({ acceptedAt }) => acceptedAt)) - begunAt,
      turnsMs,
      doneMs: turnsMs,
    };
  }
  throw new Error(`${groupIds.join(", ")} did not come to an end`);
}

/** Notes for each change of a swarm how old it is when it arrives; of a start and an end from before its commit on. */
async function listen(system: System, heard: number[]): Promise<WebSocket> {
  const socket = new WebSocket(`${system.gateway.web.replace("http", "ws")}/api/ws`);
  socket.addEventListener("message", ({ data }) => {
    const now = Date.now();
    const frame = EventFrame.parse(JSON.parse(String(data)));
    if (!("data" in frame) || !("swarmId" in frame.data)) return;
    const node = frame.data.type === "swarm_node" ? frame.data.node : null;
    heard.push(now - Date.parse(node?.finished_at ?? frame.at));
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error("the page's socket does not open")));
  });
  return socket;
}

async function post(system: System, path: string, body: unknown = {}): Promise<unknown> {
  const answer = await fetch(system.gateway.web + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return await answer.json();
}

const of = (measured: readonly Round[], field: keyof Round): number[] => measured.map((round) => round[field]);

const difference = (one: readonly Round[], other: readonly Round[]): number[] =>
  one.map(({ doneMs }, index) => doneMs - (other[index]?.doneMs ?? Number.NaN));

function print(title: string, values: readonly number[]): void {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (share: number): string =>
    `${String(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).padStart(6)} ms`;
  console.log(`${title.padEnd(52)} p50 ${at(0.5)}   p95 ${at(0.95)}   worst ${at(1)}`);
}
