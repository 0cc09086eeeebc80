/** What a run may use up, as it is typed; an empty field leaves the default. Pure. */
import type { SwarmLimits } from "@praktor/protocol/swarm";

export const LIMIT_FIELDS = ["cost", "run", "node", "tokens"] as const;
export type LimitField = (typeof LIMIT_FIELDS)[number];
export type LimitDraft = Readonly<Record<LimitField, string>>;

export const NO_LIMITS: LimitDraft = { cost: "", run: "", node: "", tokens: "" };

const MINUTE_MS = 60_000;
const READ: Record<LimitField, (text: string) => Partial<SwarmLimits> | null> = {
  cost: (text) => (/^\d{1,7}(\.\d{1,6})?$/.test(text) && Number(text) > 0 ? { cost_usd: Number(text) } : null),
  run: (text) => within(text, 7 * 24 * 60, (minutes) => ({ run_ms: minutes * MINUTE_MS })),
  node: (text) => within(text, 24 * 60, (minutes) => ({ node_ms: minutes * MINUTE_MS })),
  tokens: (text) => within(text, 1_000_000_000_000, (tokens) => ({ tokens })),
};

/** Only what was asked for; the fields that say nothing sensible are named. */
export const readLimits = (draft: LimitDraft): { limits: Partial<SwarmLimits>; wrong: LimitField[] } => {
  const read = LIMIT_FIELDS.filter((field) => draft[field].trim() !== "").map(
    (field) => [field, READ[field](draft[field].trim())] as const,
  );
  return {
    limits: Object.assign({}, ...read.map(([, limit]) => limit)),
    wrong: read.flatMap(([field, limit]) => (limit === null ? [field] : [])),
  };
};

const within = <T>(text: string, most: number, make: (count: number) => T): T | null => {
  const count = /^\d{1,13}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= most ? make(count) : null;
};
