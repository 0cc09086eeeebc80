/** A line of a log as people read it: what the runner writes as JSON becomes time, words and what belongs to them. */
import { clock } from "./time.ts";

const ROUTINE = new Set(["time", "level", "msg"]);

/** Any other line is left as it is. */
export const readableLine = (line: string): string => {
  if (!line.startsWith("{")) return line;
  const fields = parse(line);
  const { time, level, msg } = fields;
  if (typeof msg !== "string") return line;
  const more = Object.entries(fields)
    .filter(([name]) => !ROUTINE.has(name))
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const moment = typeof time === "string" && !Number.isNaN(Date.parse(time)) ? `${clock(time)} ` : "";
  const loud = level === "warn" || level === "error" ? `${level}: ` : "";
  return [`${moment}${loud}${msg}`, ...more].join("  ");
};

const parse = (line: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
};
