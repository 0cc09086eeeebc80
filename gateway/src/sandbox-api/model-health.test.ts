import { expect, test } from "vitest";
import { ModelHealth, type ModelState } from "./model-health.ts";

const fine = { type: "answered", status: 200, error: null } as const;
const overloaded = { type: "answered", status: 529, error: "Overloaded" } as const;

const plain = (text: string): string => text;

test("calls that fail turn it amber, then red, with the last one's sentence; one that is answered turns it green", () => {
  let now = 0;
  const told: ModelState[] = [];
  const health = new ModelHealth(
    () => now,
    (state) => told.push(state),
    plain,
  );
  expect(health.state()).toEqual({ level: "ok", detail: "A model credential is configured; no call was made yet." });
  health.note(overloaded);
  expect(health.state()).toEqual({
    level: "warn",
    detail: "The last call to the model failed, just now: Overloaded (529)",
  });
  health.note(overloaded);
  health.note({ type: "failed", reason: "the endpoint could not be reached: ECONNREFUSED" });
  now = 5 * 60_000;
  expect(health.state()).toEqual({
    level: "bad",
    detail: "The last 3 calls to the model failed, 5 min ago: the endpoint could not be reached: ECONNREFUSED",
  });
  health.note(fine);
  now += 60_000;
  expect(health.state()).toEqual({ level: "ok", detail: "The model answered 1 min ago." });
  expect(told.map(({ level }) => level)).toEqual(["warn", "bad", "ok"]);
});

test("a refused credential is red at once, a request that makes no sense says nothing", () => {
  const health = new ModelHealth(
    () => 0,
    () => {},
    plain,
  );
  health.note({ type: "answered", status: 401, error: "invalid x-api-key" });
  expect(health.state()).toMatchObject({ level: "bad", detail: expect.stringContaining("invalid x-api-key (401)") });
  health.note({ type: "answered", status: 400, error: "messages: must not be empty" });
  expect(health.state().level).toBe("bad");
  health.note(fine);
  health.note({ type: "answered", status: 404, error: "model: nothing" });
  expect(health.state().level).toBe("ok");
  health.note({ type: "answered", status: 200, error: "Overloaded" });
  expect(health.state()).toMatchObject({ level: "warn", detail: expect.stringContaining("Overloaded (200)") });
});

test("a key in an endpoint's long error is taken out before the error is cut", () => {
  const key = "sk-0123456789abcdef";
  const health = new ModelHealth(
    () => 0,
    () => {},
    (text) => text.replaceAll(key, "[redacted]"),
  );
  health.note({ type: "answered", status: 401, error: `${"x".repeat(290)} ${key}` });
  expect(health.state().detail).not.toContain("sk-");
});
