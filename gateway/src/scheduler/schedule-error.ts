/** What is wrong with a schedule or a zone, as its author should read it. */
import { PraktorError } from "../kit/praktor-error.ts";

const examples =
  'Write cron ("0 9 * * 1-5", 5 or 6 fields), "@daily", a relative time ("+30s", "+5m", "+2h", "+1d"), or JSON such as {"kind":"interval","interval_ms":60000}.';

export function scheduleError(text: string, reason: string): PraktorError<"invalid"> {
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  return new PraktorError("invalid", `"${shown}" is no schedule: ${reason}`, { hint: examples });
}
