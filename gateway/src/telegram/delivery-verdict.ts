/** Decides what becomes of an outgoing part after a failed try. Pure. */
import { backoffMs } from "../kit/backoff.ts";
import type { OutboxBody, OutboxPart } from "../store/rows.ts";
import type { CallFailure } from "./call-outcome.ts";
import { escapeHtml } from "./format/render-html.ts";

export type Verdict =
  /** Nothing was sent: again after `delayMs`, perhaps with another body. */
  | { type: "retry"; delayMs: number; error: string; body?: OutboxBody; holdsChat: boolean }
  | { type: "uncertain"; delayMs: number; error: string }
  | { type: "failed"; error: string };

// Telegram counts whole seconds, and so may this machine's clock and timers.
const retryAfterMarginMs = 100;
const unauthorizedDelayMs = 60_000;
// Silence that lasts through so many tries is no accident of the way.
const mostSilentTries = 12;

/** `silences`: how many tries of this part nobody answered, this one included. */
export function deliveryVerdict(
  part: Pick<OutboxPart, "body" | "attempts" | "repeated">,
  failure: CallFailure,
  { silences, firstBackoffMs }: { silences: number; firstBackoffMs: number },
): Verdict {
  const delayMs = backoffMs(Math.max(1, part.attempts), firstBackoffMs, 60_000);
  const error = failure.reason;
  if (failure.type === "not_sent") return { type: "retry", delayMs, error, holdsChat: false };
  if (failure.type === "unknown") {
    // A request that hangs most likely never arrived: given up after the second, an answer would be lost that nobody has refused.
    const isWorthATry = failure.silent && part.repeated && silences < mostSilentTries;
    return isWorthATry ? { type: "retry", delayMs, error, holdsChat: false } : { type: "uncertain", delayMs, error };
  }

  if (failure.retryAfterMs !== null) {
    return { type: "retry", delayMs: failure.retryAfterMs + retryAfterMarginMs, error, holdsChat: true };
  }
  // The token may be put right while the answer waits.
  if (failure.code === 401 || failure.code === 404) {
    return { type: "retry", delayMs: unauthorizedDelayMs, error, holdsChat: false };
  }
  if (failure.code === 400) {
    const plain = withoutMarkup(part.body);
    const isMarkup = /can't parse|entit|tag|markup/i.test(error);
    if (isMarkup && plain !== null) return { type: "retry", delayMs: 0, error, body: plain, holdsChat: false };
    return { type: "failed", error };
  }
  if (failure.code === 403) return { type: "failed", error };
  return { type: "retry", delayMs, error, holdsChat: false };
}

/** The same words without any markup; null where there is none left to take away. */
function withoutMarkup(body: OutboxBody): OutboxBody | null {
  if (body.type !== "text") return null;
  const html = escapeHtml(body.plain);
  return html === body.html ? null : { ...body, html };
}
