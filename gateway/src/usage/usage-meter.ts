/** Reads the tokens of one Messages API call from its answer as it streams by, without holding it up. */
import type { Usage } from "@praktor/protocol/agent-output";
import { z } from "zod";

const tokens = z.number().int().nonnegative().nullish();
const ApiUsage = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_input_tokens: tokens,
  cache_creation_input_tokens: tokens,
});
/** `message_start` carries the input's tokens, `message_delta` the output's so far; an unstreamed answer has them at its top. */
const Metered = z.object({
  model: z.string().optional(),
  usage: ApiUsage.nullish(),
  message: z.object({ model: z.string().optional(), usage: ApiUsage.nullish() }).optional(),
});

/** An event of the stream longer than this holds text, not usage. */
const maxLineLength = 64 * 1024;
const maxBodyLength = 4 * 1024 * 1024;

export class UsageMeter {
  readonly #streamed: boolean;
  readonly #decoder = new TextDecoder();
  #pending = "";
  #model = "";
  #usage: Omit<Usage, "costUsd"> = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

  /** `streamed`: the answer is server-sent events; otherwise one JSON body. */
  constructor(streamed: boolean) {
    this.#streamed = streamed;
  }

  push(bytes: Uint8Array): void {
    this.#pending += this.#decoder.decode(bytes, { stream: true });
    if (!this.#streamed) {
      if (this.#pending.length > maxBodyLength) this.#pending = "";
      return;
    }
    let end = this.#pending.indexOf("\n");
    while (end !== -1) {
      this.#line(this.#pending.slice(0, end));
      this.#pending = this.#pending.slice(end + 1);
      end = this.#pending.indexOf("\n");
    }
    if (this.#pending.length > maxLineLength) this.#pending = "";
  }

  /** The call's tokens so far; complete once the answer has ended. Cost is not known here: prices are not in the answer. */
  result(): { model: string; usage: Usage } {
    if (!this.#streamed && this.#pending !== "") this.#json(this.#pending);
    return { model: this.#model, usage: { ...this.#usage, costUsd: 0 } };
  }

  #line(line: string): void {
    // Only two kinds of events carry usage; most lines are text and are not worth parsing.
    if (line.startsWith("data:") && line.includes('"usage"')) this.#json(line.slice("data:".length));
  }

  #json(text: string): void {
    const event = Metered.safeParse(parse(text));
    if (!event.success) return;
    const { message } = event.data;
    this.#model = message?.model ?? event.data.model ?? this.#model;
    const usage = message?.usage ?? event.data.usage;
    if (!usage) return;
    this.#usage = {
      inputTokens: usage.input_tokens ?? this.#usage.inputTokens,
      outputTokens: usage.output_tokens ?? this.#usage.outputTokens,
      cacheReadTokens: usage.cache_read_input_tokens ?? this.#usage.cacheReadTokens,
      cacheWriteTokens: usage.cache_creation_input_tokens ?? this.#usage.cacheWriteTokens,
    };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
