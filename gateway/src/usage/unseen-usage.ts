/** What a call may have used at most whose count was not seen to its end: it must not be cheaper than one that was. Pure. */
import { mostInputTokens, type CallBounds } from "./prices.ts";
import type { MeteredUsage, Metering } from "./usage-meter.ts";

/** Faster than any listed model writes, also what it thinks and does not show. */
const tokensPerSecond = 250;
/** https://platform.claude.com/docs/en/build-with-claude/fast-mode: up to 2.5 times as fast. */
const fastTokensPerSecond = 625;

export interface UnseenCall {
  model: string;
  bounds: CallBounds;
  /** The model may have written for so long. */
  writingMs: number;
}

/** `seen` counts where it is whole; what the model read is exact from its first event on. */
export function unseenUsage(seen: Metering, { model, bounds, writingMs }: UnseenCall): MeteredUsage {
  if (seen.told === "all") return seen.usage;
  const { maxOutputTokens, samplings = 1, fast = false, usOnly = false } = bounds;
  const read = mostInputTokens(model, bounds);
  const perSecond = fast || seen.usage.fast ? fastTokensPerSecond : tokensPerSecond;
  // Several runs go one after the other.
  const written = Math.max(seen.writtenBytes, Math.ceil((writingMs / 1000) * perSecond));
  const outputTokens = Math.max(seen.usage.outputTokens, Math.min(maxOutputTokens * samplings, written));
  // Of several none is told before the end.
  if (samplings > 1) {
    return {
      ...seen.usage,
      ...readAnew(read * samplings),
      outputTokens,
      fast: fast || seen.usage.fast,
      usOnly: usOnly || seen.usage.usOnly,
    };
  }
  if (seen.told !== "nothing") return { ...seen.usage, outputTokens };
  return { ...seen.usage, ...readAnew(read), outputTokens, fast, usOnly };
}

/** At the dearest rate that a prompt can be read at. */
function readAnew(tokens: number): Partial<MeteredUsage> {
  return { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: tokens, cacheWrite1hTokens: tokens };
}
