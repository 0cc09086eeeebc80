/** A log for what strangers can cause as often as they like: of each kind and group so many lines a minute, and how many were left out. */
import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";

const periodMs = 60_000;
const linesPerPeriod = 10;
const mostKinds = 1_000;
/** What a stranger wrote stands in it. */
const longestText = 500;

interface Kind {
  since: number;
  written: number;
  leftOut: number;
}

/**
 * A kind is what the line says, and about which group (`group`, `groupId`). The first line of a new period says with `leftOut` how many
 * were not written in the one before. `debug` passes.
 */
export function boundedLogger(
  logger: Logger,
  clock: Clock,
  /** Takes secrets out of a text before it is cut: half of one is not known any more. */
  redact: (text: string) => string = (text) => text,
): Logger {
  return bounded(logger, clock, redact, new Map());
}

function bounded(logger: Logger, clock: Clock, redact: (text: string) => string, kinds: Map<string, Kind>): Logger {
  const write =
    (level: "info" | "warn" | "error") =>
    (fields: object, message: string): void => {
      const kind = kindOf(kinds, `${level} ${groupOf(fields)} ${message}`, clock.now());
      if (kind.written >= linesPerPeriod) {
        kind.leftOut += 1;
        return;
      }
      const { leftOut } = kind;
      kind.written += 1;
      kind.leftOut = 0;
      logger[level]({ ...shortened(fields, redact), ...(leftOut === 0 ? {} : { leftOut }) }, message);
    };
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => bounded(logger.child(fields), clock, redact, kinds),
  };
}

function kindOf(kinds: Map<string, Kind>, name: string, now: number): Kind {
  const known = kinds.get(name);
  if (known && now - known.since < periodMs) return known;
  const kind = { since: now, written: 0, leftOut: known?.leftOut ?? 0 };
  // In the order in which they began, so that the oldest is the first.
  kinds.delete(name);
  kinds.set(name, kind);
  const [oldest] = kinds.keys();
  if (kinds.size > mostKinds && oldest !== undefined) kinds.delete(oldest);
  return kind;
}

function groupOf(fields: object): string {
  if ("group" in fields) return String(fields.group);
  return "groupId" in fields ? String(fields.groupId) : "";
}

function shortened(fields: object, redact: (text: string) => string): object {
  const entries = Object.entries(fields).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === "string" && value.length > longestText
      ? `${redact(value).slice(0, longestText).toWellFormed()}…`
      : value,
  ]);
  return Object.fromEntries(entries);
}
