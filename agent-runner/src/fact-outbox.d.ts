import { type FactBody, type TurnKey } from "./fact-body.ts";
import type { Logger } from "./logger.ts";
/** What the outbox needs of the bus. */
export interface FactTransport {
    readonly maxPayloadBytes: number;
    whenConnected(signal: AbortSignal): Promise<void>;
    request(subject: string, value: unknown, timeoutMs: number, signal: AbortSignal): Promise<unknown>;
}
export interface FactOutboxOptions {
    transport: FactTransport;
    subject: string;
    logger: Logger;
    /** The host no longer wants this try: stop it. */
    onStale: (turn: TurnKey) => void;
    /** Facts that may wait in all before tool facts are dropped; 1,000 (a tool fact is at most about 8 KB). */
    maxWaiting?: number;
}
export declare class FactOutbox implements AsyncDisposable {
    #private;
    constructor(options: FactOutboxOptions);
    /** Turns with facts that nobody committed yet. */
    get turns(): TurnKey[];
    add(turn: TurnKey, fact: FactBody): void;
    /** Resolves when everything is committed, or after `timeoutMs`. */
    flush(timeoutMs: number): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
