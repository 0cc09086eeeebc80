/** What a turn used: Claude Code counts over the life of its process, the protocol over one turn. */
import type { ModelUsage } from "@anthropic-ai/claude-agent-sdk";
import type { Usage } from "@praktor/protocol/agent-output";

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0 };

/** Of all models together: subagents and small helper calls count too. */
export function totalUsage(models: Record<string, ModelUsage>): Usage {
  const total = { ...noUsage };
  for (const usage of Object.values(models)) {
    total.inputTokens += usage.inputTokens;
    total.outputTokens += usage.outputTokens;
    total.cacheReadTokens += usage.cacheReadInputTokens;
    total.cacheWriteTokens += usage.cacheCreationInputTokens;
    total.costUsd += usage.costUSD;
  }
  return total;
}

/** Never negative: a count that began anew (`/clear`) is taken as it is. */
export function usageSince(now: Usage, before: Usage): Usage {
  const since = (key: keyof Usage): number => (now[key] >= before[key] ? now[key] - before[key] : now[key]);
  return {
    inputTokens: since("inputTokens"),
    outputTokens: since("outputTokens"),
    cacheReadTokens: since("cacheReadTokens"),
    cacheWriteTokens: since("cacheWriteTokens"),
    costUsd: since("costUsd"),
  };
}
