import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { firstSteps } from "./commands/first-steps.ts";
import { Settings } from "./config/schema.ts";
import { createLog } from "./log.ts";
import { Redactor } from "./vault/redactor.ts";

test("at a terminal a line is read without knowing JSON, and holds no secret either", async () => {
  const redactor = new Redactor();
  redactor.know("settings", ["the-secret-of-somebody"]);
  const written: string[] = [];
  const log = await createLog("info", redactor, (text) => void written.push(stripVTControlCharacters(text)));
  log.debug({}, "nobody asked");
  log.warn({ group: "7" }, "it said the-secret-of-somebody");
  expect(written).toEqual([expect.stringMatching(/^\[\d\d:\d\d:\d\d\] WARN: it said \[redacted\] \{"group":"7"\}\n$/)]);
});

test("the start ends with where the page is and what is missing", () => {
  const told = (settings: object, url: string | null = "http://127.0.0.1:8080"): string =>
    firstSteps(Settings.parse(settings), url);
  expect(told({})).toMatch(
    /Page +http:\/\/127\.0\.0\.1:8080\n +Telegram +off; .*PRAKTOR_TELEGRAM_TOKEN.*\n +Model +none; set ANTHROPIC/,
  );
  expect(told({ telegram: { token: "1:a" } })).toMatch(/Telegram +on; `praktor pair`/);
  const whole = { telegram: { token: "1:a", allow_from: [7] }, agent: { anthropic_api_key: "the-key" } };
  expect(told(whole, null)).toMatch(/Page +off.*\n +Telegram +on\n +Model +ready\n/);
  expect(told(whole)).not.toContain("the-key");
});
