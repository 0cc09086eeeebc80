/** Row 3: sandboxes that die, that stand still, and an engine that goes away. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Random, seededRandom } from "@praktor/simulators/seeded-random";
import { z } from "zod";
import { requirement } from "../../require.ts";
import type { GatewayParts, Patch } from "../build-gateway.ts";
import { agentImage, DockerStage } from "../docker-stage.ts";
import type { Row, RowOptions, RowReport } from "../row.ts";
import { run } from "../shell.ts";
import { describeFaults, Stage } from "../stage.ts";
import { containersOf, engineAnswers, hasImage } from "../stand-in-image.ts";

export const deadSandbox: Row = {
  number: 3,
  fault: "sandbox killed, out of memory, paused; engine restarted",
  goal: "answer or explanation for 100 %; another installation's container is not touched, an orphan is stopped",
  async run(options) {
    const reports = [await hurtProcesses(options, { runner: "stand-in", strikes: options.short ? 2 : 20 })];
    if (!options.short) {
      reports.push(await hurtProcesses(options, { runner: "claude", strikes: 4 }));
      if (requirement("docker", engineAnswers()) === "run") {
        reports.push(await hurtContainers(options, { runner: "stand-in", rounds: 5 }));
        if (hasImage(agentImage)) reports.push(await hurtContainers(options, { runner: "claude", rounds: 1 }));
        else reports.push({ figures: [`claude in containers: skipped, there is no image ${agentImage}`], faults: [] });
      }
    }
    return { figures: reports.flatMap(({ figures }) => figures), faults: reports.flatMap(({ faults }) => faults) };
  },
};

interface ProcessPlan {
  runner: GatewayParts["runner"];
  strikes: number;
  patches?: readonly Patch[];
  patienceMs?: number;
}

/** Child processes: killed, or stopped as by a pause. */
async function hurtProcesses({ seed }: RowOptions, plan: ProcessPlan): Promise<RowReport> {
  const random = seededRandom(seed);
  const settings = "agent: { unresponsive_timeout: 3s }\n";
  await using stage = await Stage.prepare({ ...plan, seed, chats: 3, settings });
  await stage.launch().gateway.up;
  const waitsMs: number[] = [];
  for (let strike = 1; strike <= plan.strikes; strike += 1) {
    await keepBusy(stage, random, plan.runner);
    const group = pick(sandboxGroups(stage), random);
    // A stopped process is still the leader of its group, so killing the group ends it.
    if (group !== undefined) process.kill(-group, strike % 2 === 1 ? "SIGKILL" : "SIGSTOP");
    const startedAt = Date.now();
    await settled(stage, plan.patienceMs);
    waitsMs.push(Date.now() - startedAt);
  }
  const findings = await stage.verdict();
  return {
    figures: [
      `${plan.runner} in processes: ${plan.strikes} strikes (killed, stopped), ${stage.said.length} messages, ${findings.answered} answered, ${findings.explained} explained, at most ${Math.max(...waitsMs)} ms after the strike`,
    ],
    faults: describeFaults(findings),
  };
}

interface ContainerPlan {
  runner: GatewayParts["runner"];
  /** Each has one of every strike. */
  rounds: number;
}

async function hurtContainers({ seed, say }: RowOptions, { runner, rounds }: ContainerPlan): Promise<RowReport> {
  const random = seededRandom(seed);
  await using docker = await DockerStage.prepare({ runner, seed, chats: 3 });
  const { stage, engine } = docker;
  const first = stage.launch();
  await first.gateway.up;
  const { installId } = docker;
  const slowestMs: Record<string, number> = {};
  const strikes: Record<string, (id: string) => Promise<void>> = {
    killed: async (id) => void run("docker", "kill", id),
    paused: async (id) => void run("docker", "pause", id),
    "out of memory": async () => {},
    "engine restarted": async () => {
      await engine.cut();
      // As a restart of the engine without live restore: it ends every container of its.
      for (const { id } of containersOf(installId)) run("docker", "kill", id);
      await delay(1_000);
      await engine.plug();
    },
  };
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, strike] of Object.entries(strikes)) {
      // What Claude Code starts is killed for memory in its place, so that this strike is the stand-in's.
      if (name === "out of memory" && runner === "stand-in") stage.say(pick(stage.chatIds, random) ?? 0, "eat memory");
      await keepBusy(stage, random, runner);
      const victim = pick(containersOf(installId), random);
      if (victim) await strike(victim.id);
      const startedAt = Date.now();
      await settled(stage);
      slowestMs[name] = Math.max(slowestMs[name] ?? 0, Date.now() - startedAt);
    }
    say(`  round ${round}: ${stage.said.length} said, ${stage.unanswered().length} open`);
  }
  const strangers = await checkStrangers(docker);
  const findings = await stage.verdict();
  const waits = Object.entries(slowestMs).map(([name, ms]) => `${name} ${ms} ms`);
  return {
    figures: [
      `${runner} in containers: ${rounds * Object.keys(strikes).length} strikes, ${stage.said.length} messages, ${findings.answered} answered, ${findings.explained} explained; slowest: ${waits.join(", ")}`,
    ],
    faults: [...strangers, ...describeFaults(findings)],
  };
}

/** At a start, a container of this installation that nobody knows is stopped; another installation's is not. */
async function checkStrangers({ stage, installId }: DockerStage): Promise<string[]> {
  const image = "node:24-bookworm-slim";
  const start = (install: string, group: string): string => {
    const labels = {
      managed: "true",
      install,
      group,
      sandbox: `stranger-${group}`,
      generation: "1",
      folder: "stranger",
    };
    const labelled = Object.entries(labels).flatMap(([name, value]) => ["--label", `praktor.${name}=${value}`]);
    return run("docker", "run", "-d", "--rm", "--init", ...labelled, image, "sleep", "300").trim();
  };
  const orphan = start(installId, "1");
  const foreign = start(`${installId}-other`, String(stage.chatIds[0]));
  const isUp = (id: string): boolean => run("docker", "ps", "-q", "--no-trunc").includes(id);
  try {
    const last = stage.lives.at(-1);
    if (last) await stage.kill(last);
    await stage.launch().gateway.up;
    const until = Date.now() + 20_000;
    while (isUp(orphan) && Date.now() < until) await delay(200);
    return [
      ...(isUp(orphan) ? ["an orphan of this installation still runs"] : []),
      ...(isUp(foreign) ? [] : ["a container of another installation was ended"]),
    ];
  } finally {
    for (const id of [orphan, foreign]) if (isUp(id)) run("docker", "kill", id);
  }
}

/** Everybody's sandbox works when this returns. */
async function keepBusy(stage: Stage, random: Random, runner: GatewayParts["runner"]): Promise<void> {
  for (const chatId of stage.chatIds) stage.say(chatId, runner === "claude" ? "work 3000" : "work 1200");
  await delay((runner === "claude" ? 1_500 : 300) + random() * 700);
}

/** All answered or explained. */
async function settled(stage: Stage, patienceMs = 120_000): Promise<void> {
  const until = Date.now() + patienceMs;
  await delay(200);
  while (!(stage.telegram.pendingUpdates === 0 && stage.isQuiet()) && Date.now() < until) await delay(100);
}

const SandboxRecord = z.object({ pid: z.number() });

/** The process groups of the sandboxes, from the host's own records. */
function sandboxGroups(stage: Stage): number[] {
  const base = join(dirname(stage.storePath), "sandboxes");
  return readdirSync(base).flatMap((folder) => {
    try {
      return [SandboxRecord.parse(JSON.parse(readFileSync(join(base, folder, "sandbox.json"), "utf8"))).pid];
    } catch {
      return [];
    }
  });
}

function pick<T>(values: readonly T[], random: Random): T | undefined {
  return values[Math.floor(random() * values.length)];
}
