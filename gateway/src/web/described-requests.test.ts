/** Requests made from the API's own description, so that a new route is asked too: none is answered as a failure of ours. `PRAKTOR_LONG=1` tries many more. */
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordingLogger } from "./testing/harness.ts";
import { FurnishedPage } from "./testing/furnished-page.ts";
import { requestsOf } from "./testing/requests-of-document.ts";
import { statusLine } from "./testing/status-line.ts";

const isLong = process.env["PRAKTOR_LONG"] === "1";
/** The same each time, so that a failure can be repeated; the long form draws others and says which. */
const seed = isLong ? Date.now() % 2 ** 31 : 20_261_123;
const rounds = isLong ? 15 : 2;
const perRoute = isLong ? 9 : 6;
const least = isLong ? 10_000 : 1_000;
const lanes = 8;

const { logger, errors } = recordingLogger();
let page: FurnishedPage;

beforeAll(async () => {
  page = await FurnishedPage.start(logger);
});
afterAll(() => page[Symbol.asyncDispose]());

test(`at least ${least} requests to all routes of the description, seed ${seed}`, { timeout: 600_000 }, async () => {
  const { harness } = page;
  const document = (await harness.send({ path: "/api/openapi.json" })).json;
  const statuses = new Map<string, Set<number>>();
  let sent = 0;
  for (let round = 0; round < rounds; round += 1) {
    const known = await page.furnish();
    const requests = requestsOf(document, known).flatMap(({ route, sound, malformed }) => [
      ...fc.sample(malformed, { numRuns: perRoute, seed: seed + round }).map((bytes) => ({ route, bytes })),
      ...fc.sample(sound, { numRuns: 2, seed: seed + round }).map((bytes) => ({ route, bytes })),
    ]);
    sent += requests.length;
    // In the document's order, so that what is deleted was asked for before.
    requests.reverse();
    const workers = Array.from({ length: lanes }, async () => {
      for (let next = requests.pop(); next !== undefined; next = requests.pop()) {
        const line = await statusLine(harness.server.url, next.bytes, { patienceMs: 30_000 });
        const status = Number(line?.split(" ")[1] ?? 0);
        if (line === null || status >= 500) {
          const request = next.bytes.subarray(0, 2_000).toString("latin1");
          throw new Error(`${line ?? "no answer"}, ${errors.at(-1) ?? ""}: ${request}`);
        }
        statuses.set(next.route, (statuses.get(next.route) ?? new Set<number>()).add(status));
      }
    });
    await Promise.all(workers);
    expect((await harness.send({ path: "/healthz" })).status).toBe(200);
  }
  expect(sent).toBeGreaterThanOrEqual(least);
  expect(errors).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  // It reaches what is behind the routes, not only their doors.
  const unreached = [...statuses].filter(([, seen]) => ![...seen].some((status) => status >= 200 && status < 300));
  expect(unreached.length).toBeLessThan(statuses.size / 5);
});
