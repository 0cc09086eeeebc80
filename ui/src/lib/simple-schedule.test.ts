import { assert, constantFrom, integer, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultSimple, fromCron, toCron } from "./simple-schedule.ts";

describe("a simple schedule", () => {
  it("survives the way to cron and back", () => {
    const two = (max: number) => integer({ min: 0, max }).map((value) => String(value).padStart(2, "0"));
    const time = tuple(two(23), two(59)).map(([hour, minute]) => `${hour}:${minute}`);
    const repeat = constantFrom("daily" as const, "weekdays" as const, "weekly" as const, "monthly" as const);
    assert(
      property(
        repeat,
        time,
        integer({ min: 0, max: 6 }),
        integer({ min: 1, max: 31 }),
        (which, at, weekday, dayOfMonth) => {
          const simple = { repeat: which, time: at, weekday, dayOfMonth };
          const back = fromCron(toCron(simple));
          expect(back && toCron(back)).toBe(toCron(simple));
          expect(back).toMatchObject({ repeat: which, time: at });
        },
      ),
    );
    expect(fromCron(toCron({ ...defaultSimple, repeat: "hourly", time: "07:15" }))).toMatchObject({ repeat: "hourly" });
  });

  it("is not made of what only cron can say", () => {
    for (const cron of ["*/5 * * * *", "0 9 L * *", "0 9 1 1 *", "0 9 1 * 1", "@daily", "0 0 9 * * *"]) {
      expect(fromCron(cron)).toBeNull();
    }
  });
});
