import { describe, expect, test } from "vitest";
import { describeSchedule } from "./describe-schedule.ts";
import { parseSchedule } from "./parse-schedule.ts";

const zone = "Europe/Athens";
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const sentence = (text: string): string => describeSchedule(parseSchedule(text, zone, now), zone);

describe("a schedule as a sentence", () => {
  test.each([
    ["0 9 * * 1-5", "every weekday at 09:00, Europe/Athens"],
    ["0 9 * * mon-fri", "every weekday at 09:00, Europe/Athens"],
    ["@daily", "every day at 00:00, Europe/Athens"],
    ["@hourly", "every hour, Europe/Athens"],
    ["*/5 * * * *", "every 5 minutes, Europe/Athens"],
    ["*/15 * * * * *", "every 15 seconds, Europe/Athens"],
    ["30 8,20 * * *", "every day at 08:30 and 20:30, Europe/Athens"],
    ["15 */2 * * *", "every 2 hours at :15, Europe/Athens"],
    ["*/10 8-18 * * MON,WED", "every 10 minutes from 08:00 to 18:59, every Monday and Wednesday, Europe/Athens"],
    ["0 9 L * *", "on the last day of the month at 09:00, Europe/Athens"],
    ["0 9 15W * *", "on the weekday nearest to the 15th at 09:00, Europe/Athens"],
    ["0 9 * * 5#2", "on the 2nd Friday of the month at 09:00, Europe/Athens"],
    ["0 9 * * FRI#L", "on the last Friday of the month at 09:00, Europe/Athens"],
    ["0 12 1 JAN,JUL *", "on the 1st of the month in January and July at 12:00, Europe/Athens"],
    ["0 9 13 * 5", "on the 13th of the month, and every Friday at 09:00, Europe/Athens"],
    ["*/7 1,3,5 2-9/3 * *", "at times that match “*/7 1,3,5 2-9/3 * *”, Europe/Athens"],
    ['{"kind":"interval","interval_ms":5400000}', "every 90 minutes"],
    ["+2h", "once on Friday, 2 January 2026 at 07:04, Europe/Athens"],
  ])("%s is %s", (text, expected) => {
    expect(sentence(text)).toBe(expected);
  });
});

describe("a schedule as it is written", () => {
  test("is stored as JSON with its kind", () => {
    expect(parseSchedule("  0  9 * * 1-5 ", zone, now)).toEqual({ kind: "cron", cron_expr: "0 9 * * 1-5" });
    expect(parseSchedule("+30s", zone, now)).toEqual({ kind: "once", at_ms: now + 30_000 });
    expect(parseSchedule("+5m", zone, now)).toEqual({ kind: "once", at_ms: now + 300_000 });
    expect(parseSchedule('{"kind":"once","at_ms":5,"cron_expr":""}', zone, now)).toEqual({ kind: "once", at_ms: 5 });
    expect(parseSchedule('{"kind":"cron","cron_expr":"@weekly"}', zone, now)).toEqual({
      kind: "cron",
      cron_expr: "@weekly",
    });
  });

  test.each([
    ["0 9 * *", /fewer than 5 fields/],
    ["61 * * * *", /minute: 61/],
    ["0 0 30 2 *", /never due/],
    ["2026-01-01T00:00:00", /fewer than 5 fields/],
    ["0 9 * * 1-5 2027", /dayOfWeek/],
    ["+5", /relative time/],
    ["+999999999d", /relative time/],
    ["{", /begins like JSON/],
    ['{"kind":"interval","interval_ms":5}', /one second/],
    ['{"kind":"never"}', /kind/],
  ])("%s is refused", (text, reason) => {
    expect(() => parseSchedule(text, zone, now)).toThrow(reason);
  });
});
