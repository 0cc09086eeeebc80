/** Row 10: gateway and members are killed while a swarm works; what comes of it must be what came of it in peace. */
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom, type Random } from "@praktor/simulators/seeded-random";
import { z } from "zod";
import { requirement } from "../../require.ts";
import { DockerStage } from "../docker-stage.ts";
import type { Row, RowOptions, RowReport } from "../row.ts";
import { works } from "../shell.ts";
import { Stage, type Life } from "../stage.ts";
import { containersOf, engineAnswers } from "../stand-in-image.ts";
import { tokenText } from "../tokens.ts";

interface Team {
  task: string;
  group_id: string;
  agents: { role: string; prompt: string }[];
  edges: { from: string; to: string; kind: "directed" | "mutual" }[];
  lead: string;
}

const Run = z.object({
  id: z.string(),
  status: z.string(),
  error: z.string().nullable(),
  answer: z.string().nullable(),
  results: z.record(z.string(), z.string()),
  nodes: z.array(z.object({ role: z.string(), error: z.string().nullable() })),
});
type Run = z.infer<typeof Run>;

const patienceMs = 180_000;
/** A dead sandbox costs a try, and of those each turn has three (`agent.max_attempts`): on a slow machine the same member is met again and again. */
const mostStrikes = 2;

export const killedSwarm: Row = {
  number: 10,
  fault: "gateway and members killed while a swarm works",
  goal: "the result of the undisturbed run, 0 results committed twice, 0 members left behind",
  async run(options) {
    const reports = [await killInProcesses(options)];
    if (!options.short && requirement("docker", engineAnswers()) === "run")
      reports.push(await killInContainers(options));
    return { figures: reports.flatMap(({ figures }) => figures), faults: reports.flatMap(({ faults }) => faults) };
  },
};

async function killInProcesses(options: RowOptions): Promise<RowReport> {
  await using stage = await Stage.prepare({ runner: "stand-in", seed: options.seed, chats: 1, firstChat: 951 });
  return await killInSwarm(stage, options, options.short ? { nodes: 7, kills: 3 } : { nodes: 20, kills: 50 });
}

/** Each member has a network of its own, and there are more members than an engine has networks for. */
async function killInContainers(options: RowOptions): Promise<RowReport> {
  await using docker = await DockerStage.prepare({ runner: "stand-in", seed: options.seed, chats: 1 });
  const { figures, faults } = await killInSwarm(docker.stage, options, { nodes: 12, kills: 8 });
  const left = containersOf(docker.installId).map(({ groupId }) => `the container of ${groupId} was left behind`);
  return { figures: figures.map((figure) => `in containers: ${figure}`), faults: [...faults, ...left] };
}

async function killInSwarm(
  stage: Stage,
  { seed, say }: RowOptions,
  plan: { nodes: number; kills: number },
): Promise<RowReport> {
  const random = seededRandom(seed);
  const team = randomTeam(plan.nodes, random);
  let life = stage.launch();
  await life.gateway.up;
  await ask(life, "POST", "/api/groups", { id: "ops", name: "Ops", folder: "ops" });
  const peaceful = await over(life, await start(life, team));
  const faults =
    peaceful.status === "succeeded" ? [] : [`the undisturbed run ${peaceful.status}: ${peaceful.error ?? ""}`];
  let runs = 0;
  let members = 0;
  const strikes = new Map<string, number>();
  let current = await start(life, team);
  const judge = async (): Promise<void> => {
    const ended = await over(life, current);
    runs += 1;
    faults.push(...differences(peaceful, ended), ...doubles(stage.storePath, current));
  };
  for (let kill = 1; kill <= plan.kills; kill += 1) {
    if ((await shown(life, current)).status !== "running") {
      await judge();
      current = await start(life, team);
    }
    await delay(200 + random() * 1_500);
    if (random() < 0.5) members += killMember(stage.storePath, strikes, random);
    await delay(random() * 300);
    await stage.kill(life);
    life = stage.launch();
    await life.gateway.up;
    if (kill % 10 === 0) say(`  ${kill} kills of the gateway, ${members} of members, ${runs} runs over`);
  }
  await judge();
  const left = await leftBehind(stage, life);
  return {
    figures: [
      `${plan.nodes} nodes with ${team.edges.length} edges: ${plan.kills} kills of the gateway, ${members} of members, ${runs} runs, each compared with the undisturbed one`,
    ],
    faults: [...faults, ...left],
  };
}

/** Everyone says what was said to it and a word of its own, so the lead's answer holds the way that everything took. */
function randomTeam(nodes: number, random: Random): Team {
  const roles = Array.from({ length: nodes - 1 }, (_, index) => `r${index}`);
  const pick = (most: number): number => Math.floor(random() * most);
  const edges: Team["edges"] = roles.slice(1).flatMap((to, index) => {
    // Earlier ones only: no circle.
    const from = roles[pick(index + 1)] ?? "r0";
    return random() < 0.6 ? [{ from, to, kind: "directed" as const }] : [];
  });
  const agents = [...roles, "boss"].map((role, index) => {
    return { role, prompt: `Say ${tokenText({ chatId: 951, number: index + 1 })}` };
  });
  return { task: `In common, work ${200 + pick(300)} ms`, group_id: "ops", agents, edges, lead: "boss" };
}

async function ask(life: Life, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(life.gateway.web + path, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return await answer.json();
}

const start = async (life: Life, team: Team): Promise<string> =>
  Run.parse(await ask(life, "POST", "/api/swarms", team)).id;
const shown = async (life: Life, id: string): Promise<Run> => Run.parse(await ask(life, "GET", `/api/swarms/${id}`));

async function over(life: Life, id: string): Promise<Run> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const run = await shown(life, id);
    if (run.status !== "running" || Date.now() > until) return run;
    await delay(100);
  }
}

function differences(wanted: Run, found: Run): string[] {
  if (found.status !== wanted.status) return [`a run ${found.status}: ${found.error ?? ""}`];
  const faults = Object.entries(wanted.results)
    .filter(([role, result]) => found.results[role] !== result)
    .map(([role, result]) => {
      const why = found.nodes.find((node) => node.role === role)?.error ?? "";
      return `${role} brought “${found.results[role] ?? "nothing"}”, undisturbed “${result}”. ${why}`;
    });
  return found.answer === wanted.answer ? faults : [...faults, `the answer was “${found.answer ?? ""}”`];
}

/** Answers that were stored more than once for one member, and members that worked more than once. */
function doubles(storePath: string, runId: string): string[] {
  using database = new DatabaseSync(storePath, { readOnly: true });
  const rows = database
    .prepare(
      `select swarm_nodes.role as role, swarm_nodes.turns as turns,
         (select count(*) from messages where messages.group_id = member_id and messages.role = 'assistant') as answers
       from swarm_nodes where run_id = ? and (turns <> 1 or answers <> 1)`,
    )
    .all(runId);
  return rows.map(
    (row) => `${String(row["role"])} worked ${String(row["turns"])} times and answered ${String(row["answers"])} times`,
  );
}

/** One of the members' processes or containers, from outside, and none too often. Returns how many were there to kill. */
function killMember(storePath: string, strikes: Map<string, number>, random: Random): number {
  using database = new DatabaseSync(storePath, { readOnly: true });
  const running = database
    .prepare("select group_id, container_id from agent_sessions where status = 'running' and group_id like 'sw-%'")
    .all()
    .map((row) => ({ member: String(row["group_id"]), engineId: String(row["container_id"]) }))
    .filter(({ member }) => (strikes.get(member) ?? 0) < mostStrikes);
  const target = running[Math.floor(random() * running.length)];
  if (target === undefined) return 0;
  const { member, engineId } = target;
  strikes.set(member, (strikes.get(member) ?? 0) + 1);
  if (!engineId.startsWith("pid:")) return works("docker", "kill", engineId) ? 1 : 0;
  try {
    process.kill(Number(engineId.slice("pid:".length)), "SIGKILL");
    return 1;
  } catch {
    return 0; // It had ended meanwhile.
  }
}

async function leftBehind(stage: Stage, life: Life): Promise<string[]> {
  const until = Date.now() + 30_000;
  for (;;) {
    const agents = z.array(z.object({ group_id: z.string() })).parse(await ask(life, "GET", "/api/agents"));
    const members = agents.filter(({ group_id: id }) => id.startsWith("sw-"));
    const isQuiet = stage.isQuiet();
    if (members.length === 0 && isQuiet) return [];
    if (Date.now() > until) return [`${members.length} members left behind${isQuiet ? "" : ", and open turns"}`];
    await delay(200);
  }
}
