import { expect, test } from "vitest";
import { readableLine } from "./log-line.ts";

test("what the runner writes as JSON is told in words, and loud where it is loud", () => {
  expect(readableLine('{"time":"x","level":"info","msg":"a turn begins","attempt":1}')).toBe(
    "a turn begins  attempt=1",
  );
  expect(readableLine('{"level":"warn","msg":"it failed","error":"no space"}')).toBe("warn: it failed  error=no space");
  expect(readableLine('{"time":"2026-01-02T03:04:05Z","msg":"up"}')).toMatch(/^\d\d:\d\d up$/);
});

test("any other line is left as it is, also one that is not whole yet", () => {
  for (const line of ["npm warn x", '{"time":"x","msg":"a tu', "{}", "[1]", ""]) expect(readableLine(line)).toBe(line);
});
