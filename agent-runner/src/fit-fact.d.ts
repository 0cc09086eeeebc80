/** Keeps a fact below the largest message that the NATS server takes. */
import type { FactOutput } from "@praktor/protocol/agent-output";
/**
 * Returns the fact, or a copy whose long text is cut and marked. Only `result`, `failed` and `notice` can be that long: a tool's
 * input and output are cut to 4,000 characters where they are made.
 */
export declare function fitFact(fact: FactOutput, maxBytes: number): FactOutput;
