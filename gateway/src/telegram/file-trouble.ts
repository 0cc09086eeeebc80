/** Decides what becomes of a part whose file could not be had. Pure. */
import { backoffMs } from "../kit/backoff.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import type { OutboxBody } from "../store/rows.ts";
import { escapeHtml } from "./format/render-html.ts";

// About ten minutes: a sandbox starts, a bus comes back. What the chat is told after this part waits as long.
const mostTries = 14;

/** Null for an error of another kind. With a body: the person is told in the file's place. */
export function fileTrouble(
  error: unknown,
  attempts: number,
  firstBackoffMs: number,
): { delayMs: number; error: string; body?: OutboxBody } | null {
  if (!(error instanceof PraktorError)) return null;
  const { code, message } = error;
  if (code !== "file_unavailable" && code !== "file_delayed") return null;
  if (code === "file_delayed" && attempts < mostTries) {
    return { delayMs: backoffMs(Math.max(1, attempts), firstBackoffMs, 60_000), error: message };
  }
  const words =
    code === "file_unavailable" ? message : `${message} I have tried ${attempts} times; ask me for it again.`;
  return { delayMs: 0, error: message, body: { type: "text", html: escapeHtml(`⚠️ ${words}`), plain: `⚠️ ${words}` } };
}
