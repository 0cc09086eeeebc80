/** The one place that knows croner, which reads patterns and walks the calendar. */
import { Cron } from "croner";

const nicknames: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};
/** Cron objects are costly to make (some 150 µs) and hold nothing but their pattern. */
const known = new Map<string, Cron>();
const knownAtMost = 1_000;

/** Throws croner's error for a bad pattern or zone. */
export function cronOf(expression: string, timezone: string): Cron {
  const key = `${timezone} ${expression}`;
  const cached = known.get(key);
  if (cached) return cached;
  const cron = new Cron(expression, { timezone, paused: true, mode: "5-or-6-parts" });
  if (known.size >= knownAtMost) known.delete(known.keys().next().value ?? "");
  known.set(key, cron);
  return cron;
}

/** Second, minute, hour, day, month and weekday, in capitals. */
export function cronFields(expression: string): string[] {
  const fields = (nicknames[expression.toLowerCase()] ?? expression).toUpperCase().split(" ");
  return fields.length === 5 ? ["0", ...fields] : fields;
}

/**
 * Whether it names times of day, as opposed to a rhythm: a list or a range counts, a wildcard or a step in seconds, minutes or hours does
 * not. The rule of Vixie cron for what a change of the clocks does: named times happen once, a rhythm follows the clock.
 */
export function namesTimes(expression: string): boolean {
  return !cronFields(expression)
    .slice(0, 3)
    .some((field) => /[*?/]/.test(field));
}
