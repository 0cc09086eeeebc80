/** Reads one turn out of Claude Code's stream of messages. Pure but for the clock: what it learns it returns. */
import type { SDKAssistantMessageError, SDKMessage, SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import { longestDetail } from "@praktor/protocol/agent-output";
import { z } from "zod";
import { clip } from "./clip.ts";
import type { FactBody } from "./fact-body.ts";
import { modelFailureCode, type Failure } from "./failure.ts";

export type TurnStep =
  | { type: "text"; content: string }
  | { type: "thinking"; content: string }
  | { type: "fact"; fact: FactBody }
  /** The model will not answer: waiting for Claude Code's own end would only keep the person waiting. */
  | { type: "hopeless"; failure: Failure }
  | { type: "end"; result: SDKResultMessage; lastError: SDKAssistantMessageError | undefined };

type Message<Type extends SDKMessage["type"]> = Extract<SDKMessage, { type: Type }>;

/** One model call with all its tries may take this long to begin before the turn is given up. */
const maxCallMs = 120_000;

const ToolResult = z.object({
  type: z.literal("tool_result"),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))]).optional(),
  is_error: z.boolean().nullish(),
});

export class TurnTranslator {
  readonly #userMessageId: string;
  readonly #now: () => number;
  readonly #toolsRunning = new Map<string, { name: string; startedAt: number }>();
  #started = false;
  #saidSomething = false;
  /** The message that the model is sending: whether it came to its end decides whether its text counts. */
  #open: { id: string; hasText: boolean; saidBefore: boolean } | null = null;
  #lastStreamedId: string | null = null;
  /** When Claude Code began to ask for the message that has not begun yet. */
  #askingSince: number | null = null;
  #lastSignAt: number;
  #lastError: SDKAssistantMessageError | undefined;

  /** `userMessageId` is the uuid that the turn's prompt was sent with: a result that names another one is not this turn's. */
  constructor(userMessageId: string, now: () => number) {
    this.#userMessageId = userMessageId;
    this.#now = now;
    this.#lastSignAt = now();
  }

  /**
   * How long the model has been silent while nothing but the model is waited for, and whether it has begun to answer. Claude Code
   * itself waits for five minutes in the middle of an answer. Null while a tool runs: that may take as long as it takes.
   */
  get modelSilence(): { hasBegun: boolean; ms: number } | null {
    const waits = (this.#open !== null || this.#askingSince !== null) && this.#toolsRunning.size === 0;
    return waits ? { hasBegun: this.#open !== null, ms: this.#now() - this.#lastSignAt } : null;
  }

  read(message: SDKMessage): TurnStep[] {
    this.#lastSignAt = this.#now();
    switch (message.type) {
      case "stream_event":
        return this.#readStream(message);
      case "assistant":
        return this.#readAssistant(message);
      case "user":
        return this.#readToolResults(message);
      case "system":
        return this.#readSystem(message);
      case "result":
        return message.user_message_uuid !== undefined && message.user_message_uuid !== this.#userMessageId
          ? []
          : [{ type: "end", result: message, lastError: this.#lastError }];
      default:
        return [];
    }
  }

  #readSystem(message: Message<"system">): TurnStep[] {
    if (message.subtype === "init" && !this.#started) {
      this.#started = true;
      return [{ type: "fact", fact: { type: "started", sessionId: message.session_id, model: message.model } }];
    }
    if (message.subtype === "status" && message.status === "requesting") this.#askingSince ??= this.#now();
    if (message.subtype !== "api_retry") return [];
    const steps = this.#voidOpenText(
      `the model call failed (${message.error_status ?? message.error}) and is repeated`,
    );
    this.#askingSince ??= this.#now();
    const code = modelFailureCode(message.error_status, message.error);
    const waitedMs = this.#now() - this.#askingSince + message.retry_delay_ms;
    if (code === "model_auth" || waitedMs > maxCallMs)
      steps.push({
        type: "hopeless",
        failure: {
          code,
          content: `The model call failed: ${message.error_status ?? ""} ${message.error}`.replace("  ", " "),
        },
      });
    return steps;
  }

  #readStream({ event, parent_tool_use_id: parent }: Message<"stream_event">): TurnStep[] {
    // What a subagent says is for the agent, not for the person.
    if (parent !== null) return [];
    switch (event.type) {
      case "message_start": {
        const steps = this.#voidOpenText("the model call was cut and is repeated");
        this.#open = { id: event.message.id, hasText: false, saidBefore: this.#saidSomething };
        this.#askingSince = null;
        return steps;
      }
      case "content_block_delta":
        if (event.delta.type === "text_delta") return this.#say(event.delta.text);
        if (event.delta.type === "thinking_delta" && event.delta.thinking !== "")
          return [{ type: "thinking", content: event.delta.thinking }];
        return [];
      case "message_delta":
        if (event.delta.stop_reason !== null) this.#open = null;
        return [];
      default:
        return [];
    }
  }

  #say(content: string): TurnStep[] {
    if (content === "") return [];
    const isNewMessage = this.#open?.hasText === false;
    const separator = this.#saidSomething && isNewMessage ? "\n\n" : "";
    if (this.#open) {
      this.#open.hasText = true;
      this.#lastStreamedId = this.#open.id;
    }
    this.#saidSomething = true;
    return [{ type: "text", content: separator + content }];
  }

  #readAssistant(message: Message<"assistant">): TurnStep[] {
    if (message.error !== undefined) {
      this.#lastError = message.error;
      return [];
    }
    const isMain = message.parent_tool_use_id === null;
    if (isMain) this.#askingSince = null;
    const steps: TurnStep[] = [];
    const { id, content } = message.message;
    if (isMain && this.#open && this.#open.id !== id)
      steps.push(...this.#voidOpenText("the model call was cut and is repeated without streaming"));
    for (const block of content) {
      if (block.type === "text" && isMain && this.#lastStreamedId !== id && block.text !== "") {
        // Claude Code repeats some calls without streaming: then the text comes only here.
        this.#open = { id, hasText: false, saidBefore: this.#saidSomething };
        steps.push(...this.#say(block.text));
        this.#open = null;
      } else if (block.type === "tool_use") {
        this.#toolsRunning.set(block.id, { name: block.name, startedAt: this.#now() });
        const input = clip(JSON.stringify(block.input ?? null), longestDetail);
        steps.push({
          type: "fact",
          fact: { type: "tool", phase: "started", toolUseId: block.id, name: block.name, input },
        });
      }
    }
    return steps;
  }

  #readToolResults(message: Message<"user">): TurnStep[] {
    const { content } = message.message;
    if (typeof content === "string") return [];
    return content.flatMap((block): TurnStep[] => {
      const parsed = ToolResult.safeParse(block);
      if (!parsed.success) return [];
      const running = this.#toolsRunning.get(parsed.data.tool_use_id);
      if (!running) return [];
      this.#toolsRunning.delete(parsed.data.tool_use_id);
      const fact: FactBody = {
        type: "tool",
        phase: "finished",
        toolUseId: parsed.data.tool_use_id,
        name: running.name,
        output: clip(toolText(parsed.data.content), longestDetail),
        isError: parsed.data.is_error ?? false,
        durationMs: Math.max(0, this.#now() - running.startedAt),
      };
      return [{ type: "fact", fact }];
    });
  }

  #voidOpenText(reason: string): TurnStep[] {
    const hadText = this.#open?.hasText === true;
    if (this.#open) this.#saidSomething = this.#open.saidBefore;
    this.#open = null;
    return hadText ? [{ type: "fact", fact: { type: "restart", reason } }] : [];
  }
}

function toolText(content: z.infer<typeof ToolResult>["content"]): string {
  if (content === undefined || typeof content === "string") return content ?? "";
  return content.map((block) => block.text ?? `[${block.type}]`).join("\n");
}
