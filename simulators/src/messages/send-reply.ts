// Writes a reply to the connection: whole or streamed, at its own pace, and broken off where a fault says so.

import { setTimeout as sleep } from "node:timers/promises";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type NodeBindings, clientGone, cutConnection, stallConnection } from "../loopback-server.ts";
import { type MessagesFault, errorBody } from "./messages-fault.ts";
import { type PreparedReply, frameOf, messageJson, streamEvents } from "./reply-stream.ts";

export interface SendOptions {
  readonly isStream: boolean;
  readonly overMs: number;
  readonly requestId: string;
  readonly fault: MessagesFault | undefined;
}

/** What became of it: `ok`, `client gone`, or the type of the fault. */
export interface Sent {
  readonly response: Response;
  readonly outcome: string;
}

// The API pings about this often while nothing else comes.
const pingEveryMs = 5000;

export async function sendReply(
  bindings: NodeBindings["Bindings"],
  reply: PreparedReply,
  options: SendOptions,
): Promise<Sent> {
  const gone = clientGone(bindings);
  if (options.isStream) return await stream(bindings, reply, options, gone);
  await sleep(options.overMs, undefined, { signal: gone }).catch(() => undefined);
  if (gone.aborted) return { response: RESPONSE_ALREADY_SENT, outcome: "client gone" };
  switch (options.fault?.type) {
    case "stall_mid_stream":
      return { response: await stallConnection(bindings), outcome: options.fault.type };
    case "cut_mid_stream":
    case "error_mid_stream":
      return { response: cutConnection(bindings), outcome: options.fault.type };
    default:
      return {
        response: Response.json(messageJson(reply), { headers: { "request-id": options.requestId } }),
        outcome: "ok",
      };
  }
}

async function stream(
  bindings: NodeBindings["Bindings"],
  reply: PreparedReply,
  { overMs, requestId, fault }: SendOptions,
  gone: AbortSignal,
): Promise<Sent> {
  const { outgoing } = bindings;
  const events = [...streamEvents(reply)];
  const textCount = events.filter(({ isText }) => isText).length;
  const pauseMs = textCount === 0 ? 0 : overMs / textCount;
  const breakAt = fault?.type.endsWith("_mid_stream") ? Math.ceil(events.length / 2) : events.length;
  outgoing.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "request-id": requestId,
  });
  const begun = performance.now();
  let textsSent = 0;
  for (const event of events.slice(0, breakAt)) {
    if (event.isText && pauseMs > 0) {
      textsSent += 1;
      await pause(begun + textsSent * pauseMs - performance.now(), () => outgoing.write(frameOf(ping)), gone);
    }
    if (gone.aborted) return { response: RESPONSE_ALREADY_SENT, outcome: "client gone" };
    outgoing.write(frameOf(event));
  }
  switch (fault?.type) {
    case "stall_mid_stream":
      return { response: await stallConnection(bindings), outcome: fault.type };
    case "cut_mid_stream":
      // What was written goes out first: the cut is to be seen in the middle, not before the beginning.
      await new Promise<void>((resolve) => void outgoing.write(":\n\n", () => resolve()));
      return { response: cutConnection(bindings), outcome: fault.type };
    case "error_mid_stream":
      outgoing.end(frameOf({ name: "error", data: errorBody(529, undefined, requestId) }));
      return { response: RESPONSE_ALREADY_SENT, outcome: fault.type };
    default:
      outgoing.end();
      return { response: RESPONSE_ALREADY_SENT, outcome: "ok" };
  }
}

const ping = { name: "ping", data: { type: "ping" } };

async function pause(totalMs: number, onPing: () => void, gone: AbortSignal): Promise<void> {
  let leftMs = totalMs;
  while (leftMs > 0 && !gone.aborted) {
    const stepMs = Math.min(leftMs, pingEveryMs);
    await sleep(stepMs, undefined, { signal: gone }).catch(() => undefined);
    leftMs -= stepMs;
    if (leftMs > 0) onPing();
  }
}
