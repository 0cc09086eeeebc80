/** Many events at once reach a page in a real browser; for how long and how responsive it stays see `npm run bench -- page`. */
import { expect, test } from "vitest";
import { browserTests } from "./support/browser.ts";
import { flood } from "./support/flood.ts";

test.runIf(browserTests === "run")("none of 200 events a second is lost", { timeout: 120_000 }, async () => {
  expect(await flood(3)).toMatchObject({ sent: 600, missing: 0 });
});
