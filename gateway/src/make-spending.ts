/** What is spent, with what it needs of the other rooms: who pays, who is warned, what a call was for. */
import type { RunningTurns } from "./agent/running-turns.ts";
import type { Address } from "@praktor/protocol/address";
import type { PraktorEvent } from "@praktor/protocol/events";
import type { Settings } from "./config/schema.ts";
import type { Background } from "./kit/background.ts";
import type { Clock } from "./kit/clock.ts";
import type { Logger } from "./kit/logger.ts";
import type { ModelCall } from "./sandbox-api/model-proxy.ts";
import type { Store } from "./store/contract.ts";
import type { NewOutboxPart } from "./store/contract/outbox-store.ts";
import { tellGroup } from "./tell-group.ts";
import { BudgetWarnings } from "./usage/budget-warnings.ts";
import { Prices } from "./usage/prices.ts";
import { Spending } from "./usage/spending.ts";

export interface SpendingParts {
  store: Store;
  running: RunningTurns;
  background: Background;
  clock: Clock;
  log: Logger;
  timeZone: string | undefined;
  render: (address: Address, markdown: string) => NewOutboxPart[];
  publish: (event: PraktorEvent) => void;
  wakeDelivery: () => void;
  /** What a call of this turn cost is stored. */
  onMetered: (turnId: string) => Promise<void>;
  /** A group's call is metered now. */
  onRecorded: (groupId: string) => void;
}

export interface MeteredSpending {
  spending: Spending;
  /** Stores what a call used, for the turn that it was made for. */
  record: (call: ModelCall) => void;
}

export async function makeSpending(settings: Settings, parts: SpendingParts): Promise<MeteredSpending> {
  const { store, running, background, clock, log } = parts;
  const timeZone = parts.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

  const toGroup = tellGroup(parts);
  /** A warning about one group is for its people; one about all groups for the owner's. */
  const tell = async (groupId: string | null, text: string): Promise<void> => {
    const to = groupId ?? (await store.groups.list()).find(({ isMain }) => isMain)?.id;
    log.warn({ group: groupId }, text);
    if (to === undefined) return;
    await toGroup(to, text);
  };
  const warnings = new BudgetWarnings({ settings: store.settings, timeZone, today: () => spending.today(), tell });
  const { group_per_day: groupDay, per_day: day, per_30_days: month } = settings.budgets;
  const spending = new Spending({
    limits: { groupDay, day, month },
    prices: new Prices(settings.usage.prices),
    timeZone,
    now: () => clock.now(),
    payerOf: async (groupId) => {
      const group = await store.groups.get(groupId);
      const parent = group?.parentId == null ? null : await store.groups.get(group.parentId);
      return parent ?? group ?? { id: groupId, dayBudgetUsd: "default" };
    },
    onNear: (state) => background.run(() => warnings.near(state)),
  });
  await spending.load((since) => store.usage.days(since));

  const record = (call: ModelCall): void => {
    const { groupId, payerId, sessionId, model, usage, cost, status, durationMs } = call;
    const turn = running.ofSession(groupId, sessionId);
    const day = spending.today();
    background.run(async () => {
      const task = turn?.sender === "scheduler" ? await store.runs.ofTurn(turn.id) : null;
      const group = await store.groups.get(groupId);
      const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens } = usage;
      await store.usage.record({
        groupId,
        chargedGroupId: payerId,
        turnId: turn?.id ?? null,
        conversationId: turn?.conversationId ?? null,
        taskId: task?.task.id ?? null,
        swarmId: group?.swarmId ?? null,
        model,
        inputTokens,
        outputTokens,
        cacheReadTokens,
        cacheWriteTokens,
        cacheWrite1hTokens,
        costUsd: cost.usd,
        countedUsd: cost.countedUsd,
        status,
        durationMs,
        at: clock.now(),
        day,
      });
      if (turn) await parts.onMetered(turn.id);
      parts.onRecorded(groupId);
    });
  };
  return { spending, record };
}
