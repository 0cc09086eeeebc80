/** The log, with known secrets taken out in one place: one JSON line each on standard output, or lines for people at a terminal. */
import { pino } from "pino";
import type { Logger } from "./kit/logger.ts";
import type { Redactor } from "./vault/redactor.ts";

/** `terminal` takes the lines for people; null where nobody looks. */
export async function createLog(
  level: string,
  redactor: Redactor,
  terminal: ((text: string) => void) | null,
): Promise<Logger> {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: (line: string) => redactor.redact(line) },
  };
  // Loaded only where somebody looks.
  const people = terminal === null ? null : (await import("./line-for-people.ts")).lineForPeople;
  const log: Logger = people === null ? pino(options) : pino(options, { write: (line) => terminal?.(people(line)) });
  return log;
}
