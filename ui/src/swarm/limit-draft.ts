/** What a run may use up, as it is typed; an empty field leaves the default. Pure. */
import { SwarmLimits } from "@praktor/protocol/swarm";

export const LIMIT_FIELDS = ["cost", "run", "node", "tokens"] as const;
export type LimitField = (typeof LIMIT_FIELDS)[number];
export type LimitDraft = Readonly<Record<LimitField, string>>;

/** What the API calls it. */
export const limitName = { cost: "cost_usd", run: "run_ms", node: "node_ms", tokens: "tokens" } as const;

export const NO_LIMITS: LimitDraft = { cost: "", run: "", node: "", tokens: "" };

const MINUTE_MS = 60_000;
const SOME_LIMITS = SwarmLimits.partial();
const AMOUNT = /^\d+(\.\d+)?$/;
const WHOLE = /^\d+$/;
/** Where the text is none of a number, `NaN`: a limit that nothing allows. */
const numberIn = (text: string, pattern: RegExp): number => (pattern.test(text) ? Number(text) : Number.NaN);
const READ: Record<LimitField, (text: string) => Partial<SwarmLimits>> = {
  cost: (text) => ({ cost_usd: numberIn(text, AMOUNT) }),
  run: (text) => ({ run_ms: numberIn(text, WHOLE) * MINUTE_MS }),
  node: (text) => ({ node_ms: numberIn(text, WHOLE) * MINUTE_MS }),
  tokens: (text) => ({ tokens: numberIn(text, WHOLE) }),
};

/** Only what was asked for; the fields with what the gateway would not take are named. */
export const readLimits = (draft: LimitDraft): { limits: Partial<SwarmLimits>; wrong: LimitField[] } => {
  const read = LIMIT_FIELDS.filter((field) => draft[field].trim() !== "").map(
    (field) => [field, SOME_LIMITS.safeParse(READ[field](draft[field].trim()))] as const,
  );
  return {
    limits: Object.assign({}, ...read.map(([, { data }]) => data)),
    wrong: read.flatMap(([field, { success }]) => (success ? [] : [field])),
  };
};
