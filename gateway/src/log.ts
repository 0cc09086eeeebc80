/** The log: one JSON line each on standard output, with known secrets taken out in one place. */
import { pino } from "pino";
import type { Logger } from "./kit/logger.ts";
import type { Redactor } from "./vault/redactor.ts";

export function createLog(level: string, redactor: Redactor): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    hooks: { streamWrite: (line) => redactor.redact(line) },
  });
}
