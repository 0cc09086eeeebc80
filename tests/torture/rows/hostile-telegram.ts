/** Row 5: a Telegram that refuses, fails, hangs, and takes messages without saying so. */
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "@praktor/simulators/seeded-random";
import type { FaultRule } from "@praktor/simulators/fault-plan";
import type { TelegramFault } from "@praktor/simulators/telegram/telegram-fault";
import type { GatewayParts, Patch } from "../build-gateway.ts";
import type { Row, RowOptions, RowReport } from "../row.ts";
import { describeFaults, Stage } from "../stage.ts";

/** A request may be under way when the 429 for another one is being read: on a busy machine that takes a while. */
const underWayMs = 250;

export const hostileTelegram: Row = {
  number: 5,
  fault: "Telegram: 30 % 429, 30 % 502, 10 % stalls, accept-then-drop, updates again and shuffled",
  goal: "0 lost; no request to a chat before its retry_after has passed; repeats only after accept-then-drop, each marked",
  async run(options) {
    // A stall costs half a minute each, so the short form has none.
    if (options.short) return await bearTelegram(options, { runner: "stand-in", messages: 12, chats: 4, stalls: 0 });
    const played = await bearTelegram(options, {
      runner: "stand-in",
      messages: 200,
      chats: 20,
      stalls: 0.1,
      patienceMs: 900_000,
    });
    const real = await bearTelegram(options, {
      runner: "claude",
      messages: 20,
      chats: 3,
      stalls: 0.1,
      patienceMs: 600_000,
    });
    return { figures: [...played.figures, ...real.figures], faults: [...played.faults, ...real.faults] };
  },
};

export interface TelegramPlan {
  runner: GatewayParts["runner"];
  messages: number;
  chats: number;
  stalls: number;
  patches?: readonly Patch[];
  patienceMs?: number;
}

export async function bearTelegram({ seed }: RowOptions, plan: TelegramPlan): Promise<RowReport> {
  const random = seededRandom(seed);
  await using stage = await Stage.prepare({ ...plan, seed });
  stage.telegram.faults.set(rules(plan.stalls), seed);
  stage.launch();
  const betweenMs = Math.min(500, 20_000 / plan.messages);
  for (let message = 0; message < plan.messages; message += 1) {
    stage.say(stage.chatIds[Math.floor(random() * stage.chatIds.length)] ?? 0);
    await delay(betweenMs);
  }
  const startedAt = Date.now();
  await stage.settle();
  const settledMs = Date.now() - startedAt;
  const sends = stage.telegram.calls.filter((call) => call.method === "sendMessage");
  const dropped = sends.filter((call) => call.outcome === "accept_then_drop");
  for (const call of dropped) stage.cut(call.endedAt);
  const findings = await stage.verdict();
  const early = stage.telegram.violations.filter(({ afterMs }) => afterMs > underWayMs);
  const count = (outcome: string): number => sends.filter((call) => call.outcome === outcome).length;
  return {
    figures: [
      `${plan.runner}: ${plan.messages} messages in ${plan.chats} chats, ${findings.answered} answered; ${sends.length} sends: ${count("ok")} ok, ${count("rate_limit")} 429, ${count("error 502")} 502, ${count("stall")} stalled, ${dropped.length} taken and dropped`,
      `${plan.runner}: ${findings.repeats} repeats (${findings.marked} marked), ${stage.telegram.violations.length} calls before retry_after (${early.length} later than ${underWayMs} ms after the 429), settled ${settledMs} ms after the last message`,
    ],
    faults: [
      ...early
        .slice(0, 3)
        .map(
          ({ chatId, method, afterMs, at, notBefore }) =>
            `${method} to ${chatId} ${notBefore - at} ms too early, ${afterMs} ms after the 429`,
        ),
      ...(findings.repeats > dropped.length
        ? [`${findings.repeats} repeats after ${dropped.length} dropped answers`]
        : []),
      ...describeFaults(findings),
    ],
  };
}

function rules(stalls: number): FaultRule<TelegramFault>[] {
  const on = "sendMessage";
  return [
    { on, probability: 0.3, fault: { type: "rate_limit", retryAfterSeconds: 1 } },
    { on, probability: 0.3, fault: { type: "error", status: 502 } },
    { on, probability: stalls, fault: { type: "stall" } },
    { on, probability: 0.05, fault: { type: "accept_then_drop" } },
    { on: "getUpdates", probability: 0.3, fault: { type: "error", status: 502 } },
    { on: "getUpdates", probability: 0.3, fault: { type: "repeat_updates", last: 5 } },
    { on: "getUpdates", probability: 0.05, fault: { type: "accept_then_drop" } },
    { on: "sendChatAction", probability: 0.3, fault: { type: "rate_limit", retryAfterSeconds: 1 } },
  ];
}
