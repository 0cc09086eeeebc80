/** Row 1: the gateway is killed at random moments while people write. */
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom, type Random } from "@praktor/simulators/seeded-random";
import type { GatewayParts, Patch } from "../build-gateway.ts";
import type { Row, RowOptions, RowReport } from "../row.ts";
import { describeFaults, Stage, type Life } from "../stage.ts";
import { percentile } from "../statistics.ts";

const answerGoalMs = 3_000;

export const killedGateway: Row = {
  number: 1,
  fault: "gateway killed at random moments",
  goal: "0 lost, reordered or committed twice; repeats marked, one a chat and kill; first answer after restart p95 ≤ 3 s",
  async run(options) {
    const played = await killAtRandom(options, {
      runner: "stand-in",
      ...(options.short ? { kills: 6, messages: 45, chats: 2 } : { kills: 200, messages: 1000, chats: 10 }),
    });
    if (options.short) return played;
    const real = await killAtRandom(options, { runner: "claude", kills: 5, messages: 20, chats: 3 });
    return { figures: [...played.figures, ...real.figures], faults: [...played.faults, ...real.faults] };
  },
};

export interface KillPlan {
  runner: GatewayParts["runner"];
  kills: number;
  messages: number;
  chats: number;
  patches?: readonly Patch[];
}

export async function killAtRandom({ seed, short, say }: RowOptions, plan: KillPlan): Promise<RowReport> {
  const random = seededRandom(seed);
  await using stage = await Stage.prepare({ ...plan, seed });
  const long = new Set<Life>();
  for (let kill = 1; kill <= plan.kills; kill += 1) {
    const life = stage.launch();
    const quota = Math.round((plan.messages * kill) / plan.kills) - stage.said.length;
    const isLong = await liveAndWrite(stage, life, quota, random, { isReal: plan.runner === "claude", short });
    if (isLong) long.add(life);
    await stage.kill(life);
    if (kill % 20 === 0) say(`  ${kill} kills, ${stage.said.length} said, ${stage.unanswered().length} open`);
  }
  const last = stage.launch();
  const restartedAt = Date.now();
  await stage.settle();
  const settledMs = Date.now() - restartedAt;
  const findings = await stage.verdict();
  const waits = stage.firstAnswers((life) => long.has(life));
  const upMs = stage.lives.flatMap((life) => (life.upMs === null ? [] : [life.upMs]));
  const p95 = percentile(waits, 0.95);
  return {
    figures: [
      `${plan.runner}: ${plan.kills} kills, ${stage.said.length} messages in ${plan.chats} chats, ${findings.answered} answered, ${findings.repeats} repeats (${findings.marked} marked), ${findings.standingStatuses} statuses left standing`,
      `${plan.runner}: up p50 ${percentile(upMs, 0.5)} ms; first answer after restart p50 ${percentile(waits, 0.5)} ms, p95 ${p95} ms (${waits.length} lives long enough to tell); the last life settled in ${settledMs} ms (${last.upMs} ms to be up)`,
    ],
    faults: [
      ...describeFaults(findings),
      // Claude Code takes longer to start than that, and a short form shares the machine with other tests.
      ...(short || plan.runner === "claude" || p95 <= answerGoalMs
        ? []
        : [`first answer after restart: p95 ${p95} ms, goal ${answerGoalMs} ms`]),
    ],
  };
}

/** Some die while they start, most soon after; some live long enough to show when the first answer comes. */
async function liveAndWrite(
  stage: Stage,
  life: Life,
  messages: number,
  random: Random,
  { isReal, short }: { isReal: boolean; short: boolean },
): Promise<boolean> {
  const draw = random();
  const isLong = draw < (short ? 0.1 : 0.25);
  const diesEarly = !isLong && draw > 0.85;
  const usualMs = isReal ? 4_000 : short ? 400 : 1_500;
  const lifeMs = isLong ? (isReal ? 12_000 : 3_500 + random() * 1_000) : random() * (diesEarly ? 500 : usualMs);
  const writes = Array.from({ length: messages }, () => ({
    chatId: stage.chatIds[Math.floor(random() * stage.chatIds.length)] ?? 0,
    afterMs: isLong ? random() * 1_500 : random() * lifeMs,
  })).toSorted((left, right) => left.afterMs - right.afterMs);
  // A life that is to answer must have something to answer from its first moment on.
  if (isLong && writes[0]) writes[0].afterMs = 0;
  if (!diesEarly) await Promise.race([life.gateway.up, life.gateway.gone]).catch(() => {});
  const begin = Date.now();
  for (const write of writes) {
    await delay(Math.max(0, begin + write.afterMs - Date.now()));
    stage.say(write.chatId);
  }
  await delay(Math.max(0, begin + lifeMs - Date.now()));
  return isLong;
}
