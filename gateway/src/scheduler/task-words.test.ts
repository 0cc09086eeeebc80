import { expect, test } from "vitest";
import type { Task, TaskRun } from "../store/rows.ts";
import { failingNotice, failureNotice, missedNotice } from "./task-words.ts";

const secret = "ghp_0123456789abcdef";
const redact = (text: string): string => text.replaceAll(secret, "[redacted]");
const task = (name: string): Task =>
  ({
    name,
    timezone: "UTC",
    status: "active",
    nextRunAt: 0,
    schedule: { kind: "interval", interval_ms: 60_000 },
  }) as Task;
const run = { tries: 1, scheduledFor: 0 } as TaskRun;

/** A cut of every place falls somewhere within the secret. */
const around = (length: number): string[] =>
  Array.from({ length: secret.length }, (_, index) => `${"n".repeat(length - index)}${secret}${"n".repeat(20)}`);

test("a secret in words that are cut is taken out before the cut, wherever it falls", () => {
  for (const name of around(99)) {
    const words = [
      failureNotice(task(name), run, "It failed.", redact),
      missedNotice(task(name), 0, redact),
      failingNotice(task(name), { groupName: name, failures: 3, why: "It failed." }, redact),
    ];
    for (const text of words) expect(text).not.toMatch(/ghp|g…|gh…/);
  }
  for (const why of around(299))
    expect(failingNotice(task("t"), { groupName: "home", failures: 3, why }, redact)).not.toMatch(/ghp|g…|gh…/);
});

test("a name that stands whole is left as it is stored", () => {
  expect(missedNotice(task(secret), 0, redact)).toContain(String.raw`ghp\_0123456789abcdef`);
});
