/** Letting people in on the page, in a real browser: somebody waits, is let in, and a code is made, used up, and forgotten. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityViolations } from "./support/accessibility.ts";
import { browserTests, Browsing } from "./support/browser.ts";
import { friend, owner, System } from "./support/system.ts";

/** A folder for pictures of what the test looks at; none are made without it. */
const pictures = process.env["PRAKTOR_PICTURES"];

describe.runIf(browserTests === "run")("the people page", { timeout: 90_000 }, () => {
  let system: System;
  let browsing: Browsing;
  beforeAll(async () => {
    [system, browsing] = await Promise.all([
      System.start({ environment: { PRAKTOR_TELEGRAM_ALLOW_FROM: String(owner) } }),
      Browsing.start(),
    ]);
  });
  afterAll(async () => {
    await browsing?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
  });

  const open = (path: string, width: number, colorScheme: "dark" | "light"): Promise<Page> =>
    browsing.open(system.gateway.web + path, width, colorScheme);

  /** What axe has to say of it. */
  async function look(page: Page, name: string): Promise<string[]> {
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) });
    return await accessibilityViolations(page);
  }

  test("the dashboard leads to who waits, and who is let in may talk", async () => {
    expect((await system.ask("echo hello", friend)).text).toMatch(/only talk to people/);
    const page = await open("/", 390, "light");
    await page.getByText("Somebody waits to be let in").click();
    await page.getByRole("button", { name: /^Let in/ }).waitFor();
    expect(await look(page, "people-390-light")).toEqual([]);
    await page.getByRole("button", { name: /^Let in/ }).click();
    await page.getByRole("button", { name: /^Remove/ }).waitFor();
    expect((await system.ask("echo I am in", friend)).text).toBe("I am in");
    await page.context().close();
  });

  test("a code is shown once with its time, and goes when it is used; a person is removed at the second press", async () => {
    const page = await open("/people", 1280, "dark");
    await page.getByText("named in telegram.allow_from").waitFor();
    await page.getByRole("button", { name: "Make a code" }).click();
    const code = await page.locator("p.select-all").innerText();
    expect(code).toMatch(/^[A-Z2-9]{8}$/);
    await page.getByText(/Good for (?:9:\d\d|10:00) more/).waitFor();
    expect(await look(page, "people-1280-dark")).toEqual([]);
    expect((await system.ask(code, 77)).text).toMatch(/may write|owner/);
    await page.getByText(code).waitFor({ state: "detached", timeout: 20_000 });
    const remove = page.getByRole("button", { name: /^Remove/ }).first();
    await remove.click();
    await page.getByRole("button", { name: /^Remove (?:for sure|the owner)/ }).click();
    await page.getByText(/may not talk to the bot any more/).waitFor();
    await page.context().close();
  });

  test("who is taken out of the settings has no task that runs, and the page says why", async () => {
    await system.ask("echo hello", owner);
    const made = await fetch(`${system.gateway.web}/api/tasks`, {
      method: "POST",
      headers: { origin: system.gateway.web, "content-type": "application/json" },
      body: JSON.stringify({ group_id: String(owner), name: "The news", schedule: "0 9 * * *", prompt: "x" }),
    });
    expect(made.status).toBe(201);
    system.environmentOfGateway["PRAKTOR_TELEGRAM_ALLOW_FROM"] = "99";
    await system.crash();
    const page = await open("/tasks", 390, "dark");
    const because = `Paused: The person of the Telegram id ${owner} may not talk to the bot any more.`;
    await page.getByText(because).waitFor();
    expect(await look(page, "tasks-390-dark")).toEqual([]);
    await page.getByRole("button", { name: "Resume The news" }).click();
    await page.getByText(because).waitFor({ state: "detached" });
    await page.context().close();
  });

  test.runIf(pictures !== undefined)("pictures of the other theme at each width", async () => {
    for (const [width, theme] of [
      [390, "dark"],
      [1280, "light"],
    ] as const) {
      const page = await open("/people", width, theme);
      await page.getByRole("button", { name: "Make a code" }).click();
      await page.locator("p.select-all").waitFor();
      expect(await look(page, `people-${width}-${theme}`)).toEqual([]);
      await page.context().close();
    }
  });
});
