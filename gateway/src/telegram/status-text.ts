/** The words and the pace of a status message. Pure. */

export interface Activity {
  /** The tool that runs now, null between tools. */
  tool: string | null;
  /** The newest steps, the newest last. */
  steps?: readonly { name: string; input: string | null; done: boolean }[];
  /** The answer as far as it has been written. */
  text?: string;
}

const shownSteps = 6;
const longestInput = 80;
const longestPreview = 1_200;

/** `level` as `/verbose` has it; at 0 nothing is shown at all. */
export function statusText(activity: Activity, elapsedMs: number, level: 1 | 2 = 1): string {
  const seconds = Math.floor(elapsedMs / 1000);
  const elapsed =
    seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  const head = `⏳ ${activity.tool ?? "Working"} · ${elapsed}`;
  const preview = previewOf(activity.text ?? "");
  if (level === 1 || !activity.steps || activity.steps.length === 0) return head + preview;
  const steps = activity.steps.slice(-shownSteps).map(({ name, input, done }) => {
    const line = (input ?? "").replaceAll(/\s+/g, " ").trim();
    const shown = line.length > longestInput ? `${line.slice(0, longestInput - 1).toWellFormed()}…` : line;
    return `${done ? "✓" : "▸"} ${name}${shown === "" ? "" : ` ${shown}`}`;
  });
  return [head, ...steps].join("\n") + preview;
}

/** The newest words, from the beginning of one. */
function previewOf(text: string): string {
  const whole = text.trim();
  if (whole === "") return "";
  if (whole.length <= longestPreview) return `\n\n${whole} ▍`;
  const tail = whole.slice(-longestPreview).toWellFormed();
  return `\n\n…${tail.slice(tail.search(/\s/) + 1)} ▍`;
}

/**
 * Milliseconds until the next edit. Never below 2 s; slower as the turn goes on, and in groups, where Telegram takes only 20 messages
 * a minute: the answer must not wait because of its status. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
 */
export function statusIntervalMs(elapsedMs: number, isGroup: boolean): number {
  const pace = elapsedMs < 30_000 ? 2_000 : elapsedMs < 120_000 ? 5_000 : 15_000;
  return isGroup ? Math.max(6_000, pace) : pace;
}

/** A turn this long is reported by a message that makes a sound, and again after as long. */
export const reportEveryMs = 600_000;
