/** Takes the host's inputs: which turn is accepted, which is known already, which must wait. */
import { AgentInput, type AgentInputReply } from "@praktor/protocol/agent-input";
import type { RunnerStatus } from "@praktor/protocol/agent-control";
import type { TurnKey } from "./fact-body.ts";
import type { Logger } from "./logger.ts";
/** What the desk needs of a turn. `run` never rejects. */
export interface RunnableTurn {
    readonly key: TurnKey;
    run(): Promise<void>;
    interrupt(): void;
    abandon(): void;
}
type TurnState = RunnerStatus["turns"][number];
export interface TurnDeskOptions {
    groupId: string;
    maxTurnsAtOnce: number;
    logger: Logger;
    makeTurn: (input: AgentInput) => RunnableTurn;
}
export declare class TurnDesk implements AsyncDisposable {
    #private;
    constructor(options: TurnDeskOptions);
    get running(): TurnState[];
    /** Never throws; `text` is whatever arrived. */
    accept(text: string): AgentInputReply;
    /** False when that turn does not run here. */
    interrupt(turnId: string): boolean;
    /** Ends a turn without a word; nothing happens when it does not run. */
    abandon(key: TurnKey): void;
    isRunning(conversationId: string): boolean;
    /** Refuses what comes from now on and abandons what runs: the host resumes it elsewhere. */
    stop(): void;
    [Symbol.asyncDispose](): Promise<void>;
}
export {};
