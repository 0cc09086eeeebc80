// What decides the simulated model's replies.

import type { Conversation } from "./conversation.ts";
import type { MessageRequest } from "./message-request.ts";

export interface ToolCall {
  readonly name: string;
  readonly input: unknown;
}

export type Reply =
  | {
      readonly type: "message";
      readonly text?: string;
      readonly tools?: readonly ToolCall[];
      /** Spreads a streamed text over this time. */
      readonly overMs?: number;
    }
  | {
      readonly type: "error";
      readonly status: number;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    };

export interface ScriptInput {
  readonly request: MessageRequest;
  readonly conversation: Conversation;
  readonly headers: Readonly<Record<string, string>>;
}

/** Called once for each request that no fault has struck. What it throws becomes a 500 with its message. */
export type Script = (input: ScriptInput) => Reply | Promise<Reply>;

export function answer(text: string, overMs?: number): Reply {
  return { type: "message", text, ...(overMs === undefined ? {} : { overMs }) };
}

export function callTools(...tools: readonly ToolCall[]): Reply {
  return { type: "message", tools };
}

export function refuse(status: number, message?: string): Reply {
  return { type: "error", status, ...(message === undefined ? {} : { message }) };
}
