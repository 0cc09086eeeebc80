/** Reads the tokens of one Messages API call from its answer as it streams by, without holding it up. */
import { z } from "zod";
import { WholeAnswer } from "./whole-answer.ts";

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
const Tokens = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_input_tokens: tokens,
  cache_creation_input_tokens: tokens,
  cache_creation: z.object({ ephemeral_1h_input_tokens: tokens }).nullish(),
});
const ApiUsage = Tokens.extend({
  /** Each run of the model, where there were several: the sums above leave some of them out. */
  iterations: z.array(Tokens).nullish(),
  server_tool_use: z.object({ web_search_requests: tokens }).nullish(),
  speed: z.string().nullish(),
  inference_geo: z.string().nullish(),
});
type ApiUsage = z.infer<typeof ApiUsage>;
/** `message_start` carries the input's tokens, `message_delta` the output's so far; an unstreamed answer has them at its top. */
const Metered = z.object({
  type: z.string().optional(),
  model: z.string().optional(),
  usage: ApiUsage.nullish(),
  error: z.object({ message: z.string() }).nullish(),
  message: z.object({ model: z.string().optional(), usage: ApiUsage.nullish() }).optional(),
  delta: z.object({ stop_reason: z.string().nullish() }).optional(),
});

/** An event of the stream longer than this holds text, not usage. */
const maxLineLength = 64 * 1024;
const beforeText = /"delta":\{"type":"\w+","\w+":"/;

/** What is known of a call from as much of its answer as came. */
export interface Metering {
  /** Empty where none was named. */
  model: string;
  usage: MeteredUsage;
  /** The API's own sentence. */
  error: string | null;
  /** How far the endpoint told what it counts: not at all, what it read, also what it wrote so far, all of it. */
  told: "nothing" | "input" | "output" | "all";
  /** At least as many bytes as were written of text. */
  writtenBytes: number;
}

export class UsageMeter {
  readonly streamed: boolean;
  readonly #decoder = new TextDecoder();
  readonly #whole = new WholeAnswer();
  #pending = "";
  #model = "";
  #usage: MeteredUsage = nothingUsed;
  #error: string | null = null;
  #told: Metering["told"] = "nothing";
  #writtenBytes = 0;

  /** `streamed`: the answer is server-sent events; otherwise one JSON body. */
  constructor(streamed: boolean) {
    this.streamed = streamed;
  }

  push(bytes: Uint8Array): void {
    if (!this.streamed) {
      this.#writtenBytes += bytes.length;
      this.#whole.push(bytes);
      return;
    }
    this.#pending += this.#decoder.decode(bytes, { stream: true });
    let end = this.#pending.indexOf("\n");
    while (end !== -1) {
      this.#line(this.#pending.slice(0, end));
      this.#pending = this.#pending.slice(end + 1);
      end = this.#pending.indexOf("\n");
    }
    if (this.#pending.length > maxLineLength) {
      this.#writtenBytes += Buffer.byteLength(this.#pending);
      this.#pending = "";
    }
  }

  /** What was seen so far; complete once the answer has ended. */
  result(): Metering {
    if (!this.streamed) this.#take(this.#whole.seen);
    return {
      model: this.#model,
      usage: this.#usage,
      error: this.#error,
      told: this.#told,
      writtenBytes: this.#writtenBytes,
    };
  }

  #line(line: string): void {
    if (!line.startsWith("data:")) return;
    if (line.includes(`"content_block_delta"`)) {
      const text = beforeText.exec(line);
      this.#writtenBytes += Buffer.byteLength(text ? line.slice(text.index + text[0].length) : line);
    }
    // Few events carry usage or an error; most lines are text and are not worth parsing.
    if (/"usage"|"error"|"message_stop"/.test(line)) this.#take(parse(line.slice("data:".length)));
  }

  #take(seen: unknown): void {
    const event = Metered.safeParse(seen);
    if (!event.success) return;
    const { type, message, delta } = event.data;
    this.#model = message?.model ?? event.data.model ?? this.#model;
    this.#error = event.data.error?.message ?? this.#error;
    const usage = message?.usage ?? event.data.usage;
    if (usage) this.#usage = merged(this.#usage, usage);
    if (type === "message_stop" || (usage && (!this.streamed || delta?.stop_reason != null))) this.#told = "all";
    else if (usage && this.#told !== "all")
      this.#told = message !== undefined && this.#told !== "output" ? "input" : "output";
  }
}

function merged(before: MeteredUsage, usage: ApiUsage): MeteredUsage {
  const runs = usage.iterations ?? [];
  const counted = (of: (run: z.infer<typeof Tokens>) => number | null | undefined, otherwise: number): number =>
    Math.max(
      of(usage) ?? otherwise,
      runs.reduce((sum, run) => sum + (of(run) ?? 0), 0),
    );
  const cacheWriteTokens = counted((run) => run.cache_creation_input_tokens, before.cacheWriteTokens);
  const cacheWrite1hTokens = counted((run) => run.cache_creation?.ephemeral_1h_input_tokens, before.cacheWrite1hTokens);
  return {
    inputTokens: counted((run) => run.input_tokens, before.inputTokens),
    outputTokens: counted((run) => run.output_tokens, before.outputTokens),
    cacheReadTokens: counted((run) => run.cache_read_input_tokens, before.cacheReadTokens),
    cacheWriteTokens,
    cacheWrite1hTokens: Math.min(cacheWrite1hTokens, cacheWriteTokens),
    webSearches: usage.server_tool_use?.web_search_requests ?? before.webSearches,
    fast: usage.speed == null ? before.fast : usage.speed === "fast",
    usOnly: usage.inference_geo == null ? before.usOnly : usage.inference_geo === "us",
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
