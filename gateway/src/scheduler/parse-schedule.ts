/** Reads a schedule as people and agents write it: JSON, cron, or a relative time. */
import { problemWords } from "@praktor/protocol/issue-words";
import { Schedule } from "@praktor/protocol/tasks";
import { z } from "zod";
import { errorMessage } from "../kit/praktor-error.ts";
import { strictly } from "../kit/strictly.ts";
import { cronOf } from "./cron.ts";
import { scheduleError } from "./schedule-error.ts";

/** The stored JSON may come with the fields of the other kinds; what it has besides them was meant for something. */
const WrittenSchedule = strictly(
  z.object({ kind: z.unknown(), cron_expr: z.unknown(), interval_ms: z.unknown(), at_ms: z.unknown() }).partial(),
).pipe(Schedule);

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** A cron expression of dates that do not exist (30 February) is valid and never due. */
const beginning = new Date(Date.UTC(2024, 0, 1));

/** `now` is what relative times count from. Throws `PraktorError<"invalid">` that says what is wrong and what would be right. */
export function parseSchedule(text: string, timezone: string, now: number): Schedule {
  const trimmed = text.trim();
  if (trimmed.startsWith("{")) return checked(trimmed, parseJson(trimmed), timezone);
  if (trimmed.startsWith("+")) return relative(trimmed, now);
  return checked(trimmed, { kind: "cron", cron_expr: trimmed.replaceAll(/\s+/g, " ") }, timezone);
}

function parseJson(text: string): Schedule {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw scheduleError(text, `it begins like JSON and is none (${errorMessage(error)}).`);
  }
  const parsed = WrittenSchedule.safeParse(value);
  if (parsed.success) return parsed.data;
  throw scheduleError(text, `${problemWords(parsed.error, "it")}.`);
}

function relative(text: string, now: number): Schedule {
  const match = /^\+(\d{1,9})\s*([smhd])$/i.exec(text);
  const atMs = now + Number(match?.[1] ?? Number.NaN) * (unitMs[match?.[2]?.toLowerCase() ?? ""] ?? Number.NaN);
  const parsed = Schedule.safeParse({ kind: "once", at_ms: atMs });
  if (parsed.success) return parsed.data;
  throw scheduleError(text, 'a relative time is "+", a whole number and one of s, m, h, d.');
}

function checked(text: string, schedule: Schedule, timezone: string): Schedule {
  if (schedule.kind !== "cron") return schedule;
  const expression = schedule.cron_expr.trim().replaceAll(/\s+/g, " ");
  // Croner also takes a moment for a pattern.
  if (!expression.startsWith("@") && expression.split(" ").length < 5)
    throw scheduleError(text, "it has fewer than 5 fields.");
  try {
    if (cronOf(expression, timezone).nextRun(beginning) === null) throw new Error("it is never due");
  } catch (error) {
    throw scheduleError(
      text,
      `${errorMessage(error)
        .replace(/^CronPattern: /, "")
        .replace(/\.$/, "")}.`,
    );
  }
  return { kind: "cron", cron_expr: expression };
}
