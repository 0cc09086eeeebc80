/** Tells the host that this sandbox can take work, until the host says that it heard. */
import { AgentReadyReply, type AgentReady, type RunnerStatus } from "@praktor/protocol/agent-control";
import { agentReady } from "@praktor/protocol/subjects";
import { backoffMs, sleep } from "./backoff.ts";
import type { FactTransport } from "./fact-outbox.ts";

const requestTimeoutMs = 2_000;
const firstRetryMs = 50;
const maxRetryMs = 1_000;

/** Resolves when the host acknowledged; rejects only with the signal's reason. */
export async function announceReady(
  transport: Pick<FactTransport, "request">,
  groupId: string,
  status: () => RunnerStatus,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const ready: AgentReady = { status: "ready", runner: status() };
      AgentReadyReply.parse(await transport.request(agentReady(groupId), ready, requestTimeoutMs, signal));
      return;
    } catch {
      // No host listens yet, or it is starting: that is the ordinary case after its restart.
      signal.throwIfAborted();
    }
    await sleep(backoffMs(attempt, firstRetryMs, maxRetryMs), signal);
  }
}
