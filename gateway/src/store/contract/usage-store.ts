/** What the store promises about metered model calls and their sums. */

/** One model call as the proxy metered it. */
export interface NewModelCall {
  groupId: string;
  /** The group whose budget pays for it: its own, or a hidden group's parent. */
  chargedGroupId: string;
  turnId: string | null;
  conversationId: string | null;
  taskId: string | null;
  swarmId: string | null;
  model: string;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  /** Of both lives; `cacheWrite1hTokens` are those of the longer one. */
  cacheWriteTokens: number;
  cacheWrite1hTokens: number;
  /** Null where no price is known. */
  costUsd: number | null;
  /** What budgets count. */
  countedUsd: number;
  status: number;
  durationMs: number;
  at: number;
  /** The calendar day in the installation's zone, `2026-11-22`. */
  day: string;
}

export interface UsageSum {
  calls: number;
  /** Of models without a known price: `costUsd` leaves them out. */
  unpricedCalls: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  costUsd: number;
}

export interface UsageDay extends UsageSum {
  day: string;
  /** The group that is charged. */
  groupId: string;
  model: string;
  countedUsd: number;
}

export interface UsageStore {
  /** A call that used nothing (it was refused, or failed) is kept and not added up. */
  record(call: NewModelCall): Promise<void>;
  /** The sums by day, group and model, from that day on, oldest first. */
  days(since: string): Promise<UsageDay[]>;
  /** What a turn, a task with all its runs, or a swarm used. */
  of(what: { turnId: string } | { taskId: string } | { swarmId: string }): Promise<UsageSum>;
}
