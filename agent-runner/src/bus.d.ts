import type { CredentialKeeper } from "./credential-keeper.ts";
import type { Logger } from "./logger.ts";
export interface BusOptions {
    credentials: CredentialKeeper;
    name: string;
    logger: Logger;
}
/** Gets one message's text; what it resolves to is the reply, nothing when it is undefined. It must not throw. */
export type Responder = (text: string) => Promise<unknown>;
/**
 * Wraps the client for three things it does not do: the JWT is renewed when the server refuses it, a connection that closed
 * for good is made anew, and nothing is buffered while the server is away (callers wait for `whenConnected`).
 */
export declare class Bus implements AsyncDisposable {
    #private;
    constructor(options: BusOptions);
    get isConnected(): boolean;
    /** The largest message the server takes. */
    get maxPayloadBytes(): number;
    /** Connects in the background; `onConnected` is called for the first connection and after every reconnect. */
    start(onConnected: () => void): void;
    /** Answers every message of `subject`, on this and on later connections. To be called before `start`. */
    respond(subject: string, responder: Responder): void;
    whenConnected(signal: AbortSignal): Promise<void>;
    /** Fire and forget; false when there is no connection, then nothing is kept. */
    publish(subject: string, value: unknown): boolean;
    /** Waits for a connection, sends once and resolves to the reply's parsed JSON. Rejects with what NATS or the signal says. */
    request(subject: string, value: unknown, timeoutMs: number, signal: AbortSignal): Promise<unknown>;
    [Symbol.asyncDispose](): Promise<void>;
}
