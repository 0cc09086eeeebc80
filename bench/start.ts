/** How long people wait: from the command to a gateway that is up, to the first answer of a cold sandbox, and to the next one; and what it weighs. */
import { readFile } from "node:fs/promises";
import { System } from "../tests/support/system.ts";

export const name = "start";

const rounds = 7;

interface Round {
  upMs: number;
  firstAnswerMs: number;
  nextAnswerMs: number;
  gatewayMb: number;
}

export async function run(): Promise<void> {
  const done: Round[] = [];
  for (let round = 0; round < rounds; round += 1) done.push(await measure());
  const row = (title: string, pick: (round: Round) => number, unit: string): string => {
    const values = done.map(pick).toSorted((left, right) => left - right);
    const [p50 = 0, worst = 0] = [values[Math.floor(values.length / 2)], values.at(-1)];
    return `${title.padEnd(44)} p50 ${String(Math.round(p50)).padStart(6)} ${unit}   worst ${String(Math.round(worst)).padStart(6)} ${unit}`;
  };
  console.log(`start: ${rounds} rounds, process sandboxes, simulated Telegram and model, real Claude Code`);
  console.log(row("command → gateway up", (round) => round.upMs, "ms"));
  console.log(row("first message → answer (cold sandbox)", (round) => round.firstAnswerMs, "ms"));
  console.log(row("next message → answer (warm)", (round) => round.nextAnswerMs, "ms"));
  console.log(row("gateway's resident memory after that", (round) => round.gatewayMb, "MB"));
}

async function measure(): Promise<Round> {
  await using system = await System.prepare();
  const startedAt = performance.now();
  await system.startGateway();
  const upMs = performance.now() - startedAt;
  const firstAnswerMs = await timed(() => system.ask("echo first"));
  const nextAnswerMs = await timed(() => system.ask("echo next"));
  return { upMs, firstAnswerMs, nextAnswerMs, gatewayMb: await residentMb(system.gateway.pid) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}
