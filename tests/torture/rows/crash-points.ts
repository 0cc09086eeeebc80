/** Row 2: the gateway is killed at every named point, several times. */
import { setTimeout as delay } from "node:timers/promises";
import { type Random, seededRandom } from "@praktor/simulators/seeded-random";
import { crashPoints, type CrashPoint } from "../../../gateway/src/kit/crash-points.ts";
import type { GatewayParts, Patch } from "../build-gateway.ts";
import type { Row, RowOptions, RowReport } from "../row.ts";
import { describeFaults, type Life, Stage } from "../stage.ts";
import { tokensIn } from "../tokens.ts";

/** Telegram cannot be asked what it has: after its acceptance a part must go out again. */
const mayRepeat: CrashPoint = "telegram_accepted";
const chats = 4;

export const crashPointRow: Row = {
  number: 2,
  fault: "gateway killed at every named crash point",
  goal: "0 lost, reordered or committed twice; every point reached; 0 repeated parts at every point but telegram_accepted",
  async run(options) {
    const played = await crashEverywhere(options, { runner: "stand-in", times: options.short ? 1 : 5 });
    if (options.short) return played;
    const real = await crashEverywhere(options, { runner: "claude", times: 1 });
    return { figures: [...played.figures, ...real.figures], faults: [...played.faults, ...real.faults] };
  },
};

export interface CrashPlan {
  runner: GatewayParts["runner"];
  /** How often each point. */
  times: number;
  points?: readonly CrashPoint[];
  patches?: readonly Patch[];
  patienceMs?: number;
}

export async function crashEverywhere({ seed, say }: RowOptions, plan: CrashPlan): Promise<RowReport> {
  const random = seededRandom(seed);
  await using stage = await Stage.prepare({ ...plan, seed, chats });
  const points = plan.points ?? crashPoints();
  const reached: CrashPoint[] = [];
  const missed: string[] = [];
  const repeatsAt = new Map<CrashPoint, number>();
  for (let round = 1; round <= plan.times; round += 1) {
    for (const point of points) {
      const before = stage.heard().length;
      const atStart = point === "taking_over" || point === "outbox_recovered";
      if (point === "taking_over") await leaveTurnsRunning(stage);
      if (point === "outbox_recovered") await leavePartSending(stage);
      // The first of several at the start: what is not taken over yet must not be forgotten.
      const passes = atStart ? 1 : 1 + Math.floor(random() * 3);
      const life = stage.launch(`${point}:${passes}`);
      if (await diesWhileSpokenTo(stage, life, random)) reached.push(point);
      else missed.push(`${point} was not reached in round ${round}`);
      stage.ended(life);
      const next = stage.launch();
      await stage.settle();
      // In order: a kill just after the answers would be one more crash at `telegram_accepted`.
      await stage.finish(next);
      const repeats = repeatsIn(stage, before);
      repeatsAt.set(point, (repeatsAt.get(point) ?? 0) + repeats);
      if (repeats > 0 && point !== mayRepeat) missed.push(`${repeats} parts were repeated at ${point}`);
    }
    say(`  round ${round}: ${stage.said.length} said, ${stage.unanswered().length} open`);
  }
  const findings = await stage.verdict();
  return {
    figures: [
      `${plan.runner}: ${reached.length} of ${points.length * plan.times} crashes at ${points.length} points, ${stage.said.length} messages, ${findings.answered} answered`,
      `${plan.runner}: ${findings.repeats} parts arrived twice, ${repeatsAt.get(mayRepeat) ?? 0} of them at ${mayRepeat}; ${findings.marked} carry the mark`,
    ],
    faults: [...missed, ...describeFaults(findings)],
  };
}

/** People write until it dies, one after the other, and only when all is done: another part on its way would be cut as well. */
async function diesWhileSpokenTo(stage: Stage, { gateway }: Life, random: Random): Promise<boolean> {
  const first = Math.floor(random() * stage.chatIds.length);
  for (let round = 0; round < 6 && gateway.running; round += 1) {
    stage.say(stage.chatIds[(first + round) % stage.chatIds.length] ?? 0);
    await stage.settle(() => !gateway.running);
    const until = Date.now() + 30_000;
    while (gateway.running && !stage.isQuiet() && Date.now() < until) await delay(20);
  }
  if (!gateway.running) return true;
  await gateway.end("SIGKILL");
  return false;
}

async function leavePartSending(stage: Stage): Promise<void> {
  const life = stage.launch("outbox_taken");
  stage.say(stage.chatIds[0] ?? 0);
  await life.gateway.gone;
  stage.ended(life);
}

async function leaveTurnsRunning(stage: Stage): Promise<void> {
  const life = stage.launch();
  await life.gateway.up;
  for (const chatId of stage.chatIds) stage.say(chatId, "work 700");
  await stage.telegram.waitUntil(
    ({ chatActions }) =>
      new Set(chatActions.filter(({ at }) => at >= life.startedAt).map(({ chatId }) => chatId)).size >= 2,
    "turns that run",
    { timeoutMs: 30_000 },
  );
  await stage.kill(life);
}

/** Answers since then whose words, without the mark, had come before. */
function repeatsIn(stage: Stage, since: number): number {
  const heard = stage.heard();
  const words = ({ chatId, text }: { chatId: number; text: string }): string =>
    `${chatId}/${text.replace(/^↻ \(may be a repeat\)\n/, "")}`;
  return heard.filter(
    (message, index) =>
      index >= since &&
      tokensIn(message.text).length > 0 &&
      heard.slice(0, index).some((other) => words(other) === words(message)),
  ).length;
}
