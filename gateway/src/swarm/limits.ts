/** What a run may use up, and the sentence when it has. Pure. */
import type { SwarmRun } from "../store/contract/swarm-store.ts";
import type { MemberUsage } from "./views.ts";

export const limitWords = {
  node: (ms: number): string => `It took longer than the ${duration(ms)} that a member may work.`,
  run: (ms: number): string => `It took longer than the ${duration(ms)} that this run may take.`,
  tokens: (most: number): string => `It used more than the ${most.toLocaleString("en")} tokens that this run may use.`,
  cost: (most: number): string => `It cost more than the $${most} that this run may cost.`,
};

/** Null while it is within its limits. */
export function overLimit(run: Pick<SwarmRun, "limits" | "startedAt">, usage: MemberUsage, now: number): string | null {
  const { run_ms: runMs, tokens, cost_usd: costUsd } = run.limits;
  const used = [...usage.values()];
  if (now - run.startedAt >= runMs) return limitWords.run(runMs);
  if (tokens !== null && sum(used.map((one) => one.tokens)) > tokens) return limitWords.tokens(tokens);
  if (costUsd !== null && sum(used.map((one) => one.costUsd)) > costUsd) return limitWords.cost(costUsd);
  return null;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}
