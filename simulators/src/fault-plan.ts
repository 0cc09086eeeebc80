// Decides, reproducibly, which request is answered with which fault.

import * as z from "zod";
import { type Random, seededRandom } from "./seeded-random.ts";

/**
 * When a fault strikes. Without `probability` the rule strikes every matching request, `times` at most;
 * with it each matching request draws once. Probabilities of several rules add up, so 0.3 of one fault and
 * 0.3 of another leave 0.4 of the requests alone.
 */
export interface FaultRule<F> {
  readonly fault: F;
  /** Operation (a Bot API method, `messages`, `count_tokens`, `models`); absent or `*` is every one. */
  readonly on?: string | undefined;
  /** Only requests of this subject (a chat id). */
  readonly subject?: string | undefined;
  readonly probability?: number | undefined;
  readonly times?: number | undefined;
  /** Matching requests to let pass before the rule begins. */
  readonly skip?: number | undefined;
}

/** The schema of a list of rules as the control surface takes it. */
export function faultRulesSchema<F extends z.ZodType>(fault: F) {
  return z.object({
    seed: z.int().optional(),
    rules: z.array(
      z.strictObject({
        fault,
        on: z.string().optional(),
        subject: z.coerce.string().optional(),
        probability: z.number().min(0).max(1).optional(),
        times: z.int().min(1).optional(),
        skip: z.int().min(0).optional(),
      }),
    ),
  });
}

interface LiveRule<F> {
  readonly rule: FaultRule<F>;
  seen: number;
  struck: number;
}

/** The faults in force. Rules without a probability go first, in order; then one draw decides among the others. */
export class FaultPlan<F> {
  #rules: LiveRule<F>[] = [];
  #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** Replaces all rules; with a seed the draws start anew. */
  set(rules: readonly FaultRule<F>[], seed?: number): void {
    this.#rules = rules.map((rule) => ({ rule, seen: 0, struck: 0 }));
    if (seed !== undefined) this.#random = seededRandom(seed);
  }

  add(rule: FaultRule<F>): void {
    this.#rules.push({ rule, seen: 0, struck: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** The fault for this request, or undefined. Counts the request: ask once for each. */
  decide(operation: string, subject?: string): F | undefined {
    const eligible = this.#rules.filter((live) => {
      const { on, subject: only, times, skip } = live.rule;
      if (on !== undefined && on !== "*" && on !== operation) return false;
      if (only !== undefined && only !== subject) return false;
      live.seen += 1;
      return live.seen > (skip ?? 0) && live.struck < (times ?? Number.POSITIVE_INFINITY);
    });
    const certain = eligible.find((live) => live.rule.probability === undefined);
    if (certain) return strike(certain);
    if (eligible.length === 0) return undefined;
    let draw = this.#random();
    for (const live of eligible) {
      draw -= live.rule.probability ?? 0;
      if (draw < 0) return strike(live);
    }
    return undefined;
  }
}

function strike<F>(live: LiveRule<F>): F {
  live.struck += 1;
  return live.rule.fault;
}
