// A reply as the API's server-sent events, or as one JSON message.

import { randomUUID } from "node:crypto";
import type { Reply, ToolCall } from "./script.ts";
import type { Usage } from "./usage.ts";

export type MessageReply = Extract<Reply, { type: "message" }>;

export interface StreamEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** True for a delta of text, between which a slow stream pauses. */
  readonly isText: boolean;
}

interface NumberedCall extends ToolCall {
  readonly id: string;
}

/** A reply with ids, ready to be sent. */
export interface PreparedReply {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly tools: readonly NumberedCall[];
  readonly usage: Usage;
}

export function prepareReply(reply: MessageReply, model: string, usage: Usage): PreparedReply {
  const tools = (reply.tools ?? []).map(({ name, input }) => ({ name, input, id: `toolu_${freshId()}` }));
  return { id: `msg_${freshId()}`, model, text: reply.text ?? "", tools, usage };
}

export function messageJson(reply: PreparedReply): Record<string, unknown> {
  return {
    ...messageHead(reply),
    content: [
      ...(reply.text === "" ? [] : [{ type: "text", text: reply.text }]),
      ...reply.tools.map(({ id, name, input }) => ({ type: "tool_use", id, name, input })),
    ],
    stop_reason: stopReason(reply),
    stop_sequence: null,
    usage: reply.usage,
  };
}

/** In the order of the API: message_start, ping, blocks with their deltas, message_delta, message_stop. */
export function* streamEvents(reply: PreparedReply): Generator<StreamEvent> {
  const usage = { ...reply.usage, output_tokens: 1 };
  const message = { ...messageHead(reply), content: [], stop_reason: null, stop_sequence: null, usage };
  yield event("message_start", { message });
  yield event("ping", {});
  let index = 0;
  if (reply.text !== "") {
    yield event("content_block_start", { index, content_block: { type: "text", text: "" } });
    for (const text of piecesOf(reply.text)) {
      yield { ...event("content_block_delta", { index, delta: { type: "text_delta", text } }), isText: true };
    }
    yield event("content_block_stop", { index });
    index += 1;
  }
  for (const { id, name, input } of reply.tools) {
    yield event("content_block_start", { index, content_block: { type: "tool_use", id, name, input: {} } });
    for (const partial of ["", ...halvesOf(JSON.stringify(input))]) {
      yield event("content_block_delta", { index, delta: { type: "input_json_delta", partial_json: partial } });
    }
    yield event("content_block_stop", { index });
    index += 1;
  }
  yield event("message_delta", {
    delta: { stop_reason: stopReason(reply), stop_sequence: null },
    usage: reply.usage,
  });
  yield event("message_stop", {});
}

export function frameOf({ name, data }: Pick<StreamEvent, "name" | "data">): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

function event(name: string, data: Readonly<Record<string, unknown>>): StreamEvent {
  return { name, data: { type: name, ...data }, isText: false };
}

function messageHead({ id, model }: PreparedReply): Record<string, unknown> {
  return { id, type: "message", role: "assistant", model };
}

function stopReason({ tools }: PreparedReply): string {
  return tools.length > 0 ? "tool_use" : "end_turn";
}

/** About 24 characters each, at the spaces, and never more than 200 pieces. */
function piecesOf(text: string): string[] {
  const size = Math.max(24, Math.ceil(text.length / 200));
  return text.match(new RegExp(`[\\s\\S]{1,${size}}(?:\\s|$)|[\\s\\S]{1,${size}}`, "gu")) ?? [text];
}

function halvesOf(text: string): [string, string] {
  const middle = Math.floor(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

function freshId(): string {
  return randomUUID().replaceAll("-", "").slice(0, 24);
}
