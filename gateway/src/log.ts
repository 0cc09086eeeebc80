/** The log: one JSON line each on standard output, with known secrets taken out in one place. */
import { pino } from "pino";
import type { Logger } from "./kit/logger.ts";

/** A shorter value would take ordinary words out of the log. */
const minSecretLength = 8;

export function createLog(level: string, secrets: readonly (string | undefined)[]): Logger {
  const known = secrets.filter((secret): secret is string => secret !== undefined && secret.length >= minSecretLength);
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    hooks: { streamWrite: (line) => known.reduce((text, secret) => text.replaceAll(secret, "[redacted]"), line) },
  });
}
