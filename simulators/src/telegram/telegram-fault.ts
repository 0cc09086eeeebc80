// The ways in which the simulated Telegram can misbehave.

import * as z from "zod";

/**
 * `cut`, `stall` and the error answers strike before the call is handled; `accept_then_drop` handles and records it
 * and then drops the connection without an answer. `repeat_updates` makes getUpdates hand out confirmed updates
 * again, the newest first and the new ones among them.
 */
export const telegramFault = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("rate_limit"), retryAfterSeconds: z.int().min(1) }),
  z.strictObject({
    type: z.literal("error"),
    status: z.int().min(400).max(599),
    description: z.string().optional(),
  }),
  z.strictObject({ type: z.literal("stall") }),
  z.strictObject({ type: z.literal("cut") }),
  z.strictObject({ type: z.literal("accept_then_drop") }),
  z.strictObject({ type: z.literal("delay"), delayMs: z.int().min(0) }),
  z.strictObject({ type: z.literal("repeat_updates"), last: z.int().min(1) }),
]);

export type TelegramFault = z.infer<typeof telegramFault>;

/** Telegram's usual words for a status. */
export function usualDescription(status: number): string {
  const words: Readonly<Record<number, string>> = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
  };
  return words[status] ?? `Error ${status}`;
}
