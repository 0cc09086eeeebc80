/** Tells the host that this sandbox can take work, until the host says that it heard. */
import { type RunnerStatus } from "@praktor/protocol/agent-control";
import type { FactTransport } from "./fact-outbox.ts";
/** Resolves when the host acknowledged; rejects only with the signal's reason. */
export declare function announceReady(transport: Pick<FactTransport, "request">, groupId: string, status: () => RunnerStatus, signal: AbortSignal): Promise<void>;
