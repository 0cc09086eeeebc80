/** Reads from a failed call of the Bot API what is known: refused, never sent, or unknown. */
import { GrammyError, HttpError } from "grammy";
import { errorMessage } from "../kit/praktor-error.ts";
import { TelegramUnreachable } from "./telegram-api.ts";

export type CallFailure =
  /** Telegram (or a proxy before it) answered with an error: the call had no effect. */
  | { type: "refused"; code: number; reason: string; retryAfterMs: number | null; migratedTo: string | null }
  /** The request never left: it may be repeated safely. */
  | { type: "not_sent"; reason: string }
  /** Cut, or `silent` until this side gave up: Telegram may have acted on it. */
  | { type: "unknown"; reason: string; silent: boolean };

export function callFailure(error: unknown): CallFailure {
  if (error instanceof GrammyError) {
    const { retry_after: seconds, migrate_to_chat_id: migratedTo } = error.parameters;
    return {
      type: "refused",
      code: error.error_code,
      reason: `${error.error_code}: ${error.description}`,
      retryAfterMs: seconds === undefined ? null : seconds * 1000,
      migratedTo: migratedTo === undefined ? null : String(migratedTo),
    };
  }
  const cause = error instanceof HttpError ? error.error : error;
  if (cause instanceof TelegramUnreachable) {
    const reason = errorMessage(cause);
    return cause.sent ? { type: "unknown", reason, silent: cause.silent } : { type: "not_sent", reason };
  }
  return { type: "unknown", reason: errorMessage(cause), silent: false };
}
