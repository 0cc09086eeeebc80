/** The limits of a run in words. */
import type { SwarmLimits } from "@praktor/protocol/swarm";
import { span } from "../lib/time.ts";
import { en } from "../text/en.ts";
import type { LimitField } from "./limit-draft.ts";

export const limitTexts = ({ cost_usd: cost, run_ms: run, node_ms: node, tokens }: SwarmLimits) =>
  ({
    cost: cost === null ? en.swarms.noLimit : en.swarms.cost(cost),
    run: span(run),
    node: span(node),
    tokens: tokens === null ? en.swarms.noLimit : en.swarms.tokens(tokens),
  }) satisfies Record<LimitField, string>;
