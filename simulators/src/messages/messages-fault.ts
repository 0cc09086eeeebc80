// The ways in which the simulated Messages API can misbehave, and its error bodies.

import * as z from "zod";

/**
 * `error` with 429 sends `retry-after`; 529 is overloaded_error. `stall` never sends headers. The `_mid_stream` kinds
 * send half of the reply first: then nothing more, a cut connection, or an `error` event.
 */
export const messagesFault = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("error"),
    status: z.int().min(400).max(599),
    message: z.string().optional(),
    retryAfterSeconds: z.int().min(0).optional(),
  }),
  z.strictObject({ type: z.literal("stall") }),
  z.strictObject({ type: z.literal("cut") }),
  z.strictObject({ type: z.literal("stall_mid_stream") }),
  z.strictObject({ type: z.literal("cut_mid_stream") }),
  z.strictObject({ type: z.literal("error_mid_stream") }),
  z.strictObject({ type: z.literal("delay"), delayMs: z.int().min(0) }),
  z.strictObject({ type: z.literal("slow_stream"), overMs: z.int().min(1) }),
]);

export type MessagesFault = z.infer<typeof messagesFault>;

// https://docs.anthropic.com/en/api/errors
const errorTypes: Readonly<Record<number, readonly [type: string, message: string]>> = {
  400: ["invalid_request_error", "The request was invalid."],
  401: ["authentication_error", "invalid x-api-key"],
  403: ["permission_error", "Your API key does not have permission to use the specified resource."],
  404: ["not_found_error", "Not found"],
  413: ["request_too_large", "Request exceeds the maximum allowed number of bytes."],
  429: ["rate_limit_error", "This request would exceed your account's rate limit. Please try again later."],
  500: ["api_error", "Internal server error"],
  529: ["overloaded_error", "Overloaded"],
};

export function errorBody(status: number, message: string | undefined, requestId: string) {
  const [type, usual] = errorTypes[status] ?? ["api_error", `Error ${status}`];
  return { type: "error", error: { type, message: message ?? usual }, request_id: requestId };
}

export function errorResponse(
  error: { status: number; message?: string | undefined; retryAfterSeconds?: number | undefined },
  requestId: string,
): Response {
  const headers: Record<string, string> = { "request-id": requestId };
  const retryAfter = error.retryAfterSeconds ?? (error.status === 429 ? 1 : undefined);
  if (retryAfter !== undefined) headers["retry-after"] = String(retryAfter);
  return Response.json(errorBody(error.status, error.message, requestId), { status: error.status, headers });
}
