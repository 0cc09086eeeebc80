/** Row 7: the volume of the database is full. */
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "@praktor/simulators/seeded-random";
import { requirement } from "../../require.ts";
import type { Patch } from "../build-gateway.ts";
import type { Row, RowOptions, RowReport } from "../row.ts";
import { describeFaults, Stage, type Life } from "../stage.ts";
import { canMount, Volume } from "../volume.ts";

const recoveryGoalMs = 60_000;

export const diskFull: Row = {
  number: 7,
  fault: "disk full on the database's volume",
  goal: "no crash, not ready while it lasts, 0 acknowledged rows lost, recovers alone",
  async run(options) {
    if (requirement("mount", canMount()) === "skip") {
      return { figures: [], faults: [], skipped: "nothing may be mounted here" };
    }
    return await fillDisk(options, { times: options.short ? 1 : 20 });
  },
};

export interface DiskPlan {
  times: number;
  patches?: readonly Patch[];
  patienceMs?: number;
}

export async function fillDisk({ seed, say }: RowOptions, { times, ...plan }: DiskPlan): Promise<RowReport> {
  const random = seededRandom(seed);
  using volume = Volume.inMemory(24);
  await using stage = await Stage.prepare({ ...plan, runner: "stand-in", seed, chats: 4, storeFolder: volume.folder });
  const life = stage.launch();
  await life.gateway.up;
  for (const chatId of stage.chatIds) stage.say(chatId);
  await stage.settle();
  const faults: string[] = [];
  const recoveriesMs: number[] = [];
  let notReady = 0;
  for (let time = 1; time <= times; time += 1) {
    // Answers come while the disk is full, and so do messages.
    for (const chatId of stage.chatIds) stage.say(chatId, "work 600");
    await delay(random() * 400);
    volume.fill(time === 1 ? 0 : Math.floor(random() * 3) * 16_384);
    for (const chatId of stage.chatIds) stage.say(chatId);
    await delay(2_000 + random() * 1_500);
    if ((await readiness(life)) === 503) notReady += 1;
    volume.free();
    const freedAt = Date.now();
    await stage.settle();
    recoveriesMs.push(Date.now() - freedAt);
    if (!life.gateway.running) {
      faults.push(`the gateway ended in round ${time}: ${life.gateway.log().slice(-500)}`);
      break;
    }
    if (stage.unanswered().length > 0) break;
  }
  say(`  ${stage.said.length} said, ${stage.unanswered().length} open`);
  const findings = await stage.verdict();
  const slowest = Math.max(...recoveriesMs);
  return {
    figures: [
      `stand-in: full ${times} times, ${stage.said.length} messages, ${findings.answered} answered; not ready ${notReady} times; all answered at most ${slowest} ms after there was space`,
    ],
    faults: [
      ...faults,
      ...(notReady === 0 ? ["it never said that it is not ready"] : []),
      ...(slowest > recoveryGoalMs ? [`it took ${slowest} ms to recover`] : []),
      ...describeFaults(findings),
    ],
  };
}

async function readiness({ gateway }: Life): Promise<number> {
  const answer = await fetch(`${gateway.web}/readyz`, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
  await answer?.body?.cancel();
  return answer?.status ?? 0;
}
