// Plausible token counts: about four characters a token, what was there at the last turn read from the cache.

import { type MessageRequest, blocksOf } from "./message-request.ts";

export interface Usage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly output_tokens: number;
}

export function tokensOf(value: unknown): number {
  const text = typeof value === "string" ? value : JSON.stringify(value ?? "");
  return Math.max(1, Math.ceil(text.length / 4));
}

/** Tokens of the whole request, as count_tokens tells them. */
export function requestTokens({ system, tools, messages }: MessageRequest): number {
  return tokensOf(system) + tokensOf(tools) + tokensOf(messages);
}

export function usageOf(request: MessageRequest, output: string): Usage {
  const lastAnswer = request.messages.findLastIndex(({ role }) => role === "assistant");
  const earlier = request.messages.slice(0, Math.max(lastAnswer, 0));
  const latest = request.messages.slice(Math.max(lastAnswer, 0));
  const lastBlock = blocksOf(latest.at(-1)?.content).at(-1);
  const fixed = tokensOf(request.system) + tokensOf(request.tools);
  const fresh = tokensOf(lastBlock);
  const recent = Math.max(tokensOf(latest) - fresh, 0);
  const isFirst = lastAnswer < 0;
  return {
    input_tokens: fresh,
    cache_creation_input_tokens: isFirst ? fixed + recent : recent,
    cache_read_input_tokens: isFirst ? 0 : fixed + tokensOf(earlier),
    output_tokens: tokensOf(output),
  };
}
