import { CredentialReply } from "@praktor/protocol/sandbox-endpoint";
import type { Logger } from "./logger.ts";
export interface CredentialKeeperOptions {
    /** Base URL of the sandbox endpoint. */
    endpoint: string;
    token: string;
    logger: Logger;
    now: () => number;
    /** Called with each new credential, before anybody connects with it. */
    onRenewed: (credential: Credential) => Promise<void>;
}
export interface Credential extends CredentialReply {
    /** The user's own seed; it never leaves the sandbox. */
    seed: Uint8Array;
}
export declare class CredentialKeeper {
    #private;
    constructor(options: CredentialKeeperOptions);
    /** The newest credential; null before the first one. */
    get current(): Credential | null;
    /** Asks until the endpoint answers, or the signal aborts. Callers at the same time share one request. */
    renew(signal: AbortSignal): Promise<Credential>;
    /** Renews at half of each credential's life, until the signal aborts. */
    keepFresh(signal: AbortSignal): Promise<void>;
}
