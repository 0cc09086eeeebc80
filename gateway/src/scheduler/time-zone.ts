/** IANA time zones by name. */
import { PraktorError } from "../kit/praktor-error.ts";

/** The zone in its usual spelling. Throws `invalid` for what this machine's ICU does not know, and for bare offsets: they know no summer time. */
export function parseTimeZone(name: string): string {
  try {
    if (/^[A-Za-z]/.test(name)) return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    // Said below, as for everything else that is no zone.
  }
  throw new PraktorError("invalid", `"${name.slice(0, 64)}" is no time zone.`, {
    hint: 'Use an IANA name such as "Europe/Athens" or "UTC".',
  });
}
