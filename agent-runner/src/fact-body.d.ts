/** A fact before it has its turn's ids and its number. */
import type { FactOutput } from "@praktor/protocol/agent-output";
type Unnumbered<Fact> = Fact extends FactOutput ? Omit<Fact, "turnId" | "conversationId" | "attempt" | "seq"> : never;
export type FactBody = Unnumbered<FactOutput>;
/** The turn and try that a fact belongs to. */
export interface TurnKey {
    turnId: string;
    conversationId: string;
    attempt: number;
}
/** After one of these the turn is over. */
export declare function isFinal(fact: FactBody): boolean;
export {};
