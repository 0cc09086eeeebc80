/** Reads the tokens of one Messages API call from its answer as it streams by, without holding it up. */
import { z } from "zod";

/** What one call used, in all that its price depends on. */
export interface MeteredUsage {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  /** Of both lives together. */
  cacheWriteTokens: number;
  /** Those of `cacheWriteTokens` that live for an hour. */
  cacheWrite1hTokens: number;
  webSearches: number;
  fast: boolean;
  /** Computed in the United States only, which costs more. */
  usOnly: boolean;
}

export const nothingUsed: MeteredUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  webSearches: 0,
  fast: false,
  usOnly: false,
};

const tokens = z.number().int().nonnegative().nullish();
const ApiUsage = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_input_tokens: tokens,
  cache_creation_input_tokens: tokens,
  cache_creation: z.object({ ephemeral_1h_input_tokens: tokens }).nullish(),
  server_tool_use: z.object({ web_search_requests: tokens }).nullish(),
  speed: z.string().nullish(),
  inference_geo: z.string().nullish(),
});
/** `message_start` carries the input's tokens, `message_delta` the output's so far; an unstreamed answer has them at its top. */
const Metered = z.object({
  model: z.string().optional(),
  usage: ApiUsage.nullish(),
  error: z.object({ message: z.string() }).nullish(),
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
  #usage: MeteredUsage = nothingUsed;
  #error: string | null = null;

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

  /** What was seen so far; complete once the answer has ended. `error` is the API's own sentence; `model` is empty where none was named. */
  result(): { model: string; usage: MeteredUsage; error: string | null } {
    if (!this.#streamed && this.#pending !== "") this.#json(this.#pending);
    return { model: this.#model, usage: this.#usage, error: this.#error };
  }

  #line(line: string): void {
    // Few events carry usage or an error; most lines are text and are not worth parsing.
    if (line.startsWith("data:") && /"usage"|"error"/.test(line)) this.#json(line.slice("data:".length));
  }

  #json(text: string): void {
    const event = Metered.safeParse(parse(text));
    if (!event.success) return;
    const { message } = event.data;
    this.#model = message?.model ?? event.data.model ?? this.#model;
    this.#error = event.data.error?.message ?? this.#error;
    const usage = message?.usage ?? event.data.usage;
    if (!usage) return;
    const before = this.#usage;
    const cacheWriteTokens = usage.cache_creation_input_tokens ?? before.cacheWriteTokens;
    const cacheWrite1hTokens = usage.cache_creation?.ephemeral_1h_input_tokens ?? before.cacheWrite1hTokens;
    this.#usage = {
      inputTokens: usage.input_tokens ?? before.inputTokens,
      outputTokens: usage.output_tokens ?? before.outputTokens,
      cacheReadTokens: usage.cache_read_input_tokens ?? before.cacheReadTokens,
      cacheWriteTokens,
      cacheWrite1hTokens: Math.min(cacheWrite1hTokens, cacheWriteTokens),
      webSearches: usage.server_tool_use?.web_search_requests ?? before.webSearches,
      fast: usage.speed == null ? before.fast : usage.speed === "fast",
      usOnly: usage.inference_geo == null ? before.usOnly : usage.inference_geo === "us",
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
