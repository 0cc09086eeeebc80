/** What the dashboard's headline says of the whole: the worst first, and that all is well only where all is known. Pure. */
import type { AttentionView, BudgetView } from "@praktor/protocol/insight";
import type { Health } from "@praktor/protocol/rest";

export type Overall =
  | { type: "unreachable"; sinceMs: number | null }
  | { type: "needs_you"; count: number }
  | { type: "broken"; parts: string[] }
  | { type: "unsure"; parts: string[] }
  | { type: "failures"; count: number }
  | { type: "well" };

/** Undefined: not known yet. Moments in epoch milliseconds. */
export interface OverallFacts {
  /** When the live connection was lost; null while there is one. */
  awaySinceMs: number | null;
  /** When the gateway last answered; 0: never. */
  answeredAtMs: number;
  /** It has not answered since. */
  isSilent: boolean;
  health: readonly Health[] | undefined;
  /** Questions that wait for a yes or no. */
  questions: number | undefined;
  troubles: AttentionView["troubles"] | undefined;
  budgets: readonly BudgetView[] | undefined;
}

export const overall = (facts: OverallFacts): Overall[] => {
  const { awaySinceMs, answeredAtMs, isSilent, health = [], questions = 0, troubles = [], budgets = [] } = facts;
  // A lost connection alone is no proof: some proxies cut what is silent.
  if (isSilent || (awaySinceMs !== null && answeredAtMs <= awaySinceMs)) {
    return [{ type: "unreachable", sinceMs: Math.max(awaySinceMs ?? 0, answeredAtMs) || null }];
  }
  const uncertain = troubles.filter(({ kind }) => kind === "delivery_uncertain").length;
  const needs = questions + uncertain + budgets.filter(({ state }) => state !== "fine").length;
  const failures = troubles.length - uncertain;
  const broken = health.filter((part) => levelOf(part) === "bad").map(({ name }) => name);
  const unsure = health.filter((part) => levelOf(part) === "warn").map(({ name }) => name);
  const all: Overall[] = [];
  if (needs > 0) all.push({ type: "needs_you", count: needs });
  if (broken.length > 0) all.push({ type: "broken", parts: broken });
  if (unsure.length > 0) all.push({ type: "unsure", parts: unsure });
  if (failures > 0) all.push({ type: "failures", count: failures });
  const isKnown = [facts.health, facts.questions, facts.troubles, facts.budgets].every((one) => one !== undefined);
  return all.length === 0 && isKnown ? [{ type: "well" }] : all;
};

const levelOf = ({ ok, level }: Health): "ok" | "warn" | "bad" => level ?? (ok ? "ok" : "bad");
