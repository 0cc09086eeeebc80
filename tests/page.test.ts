/** Mission Control in a real browser against the running gateway: a person opens a group, writes, and watches the answer stream in. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { requirement } from "./require.ts";
import { friend, owner, System } from "./support/system.ts";

const chromiumPath = "/usr/bin/chromium";
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const AxeResult = z.object({
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
});

describe.runIf(requirement("browser", existsSync(chromiumPath)) === "run")("the page in a browser", () => {
  let system: System;
  let browser: Browser;
  const complaints: string[] = [];

  beforeAll(async () => {
    [system, browser] = await Promise.all([
      System.start(),
      chromium.launch({ executablePath: chromiumPath, args: flags }),
    ]);
    await system.ask("echo hello from the phone", owner);
    await system.ask("write notes.md: # Notes", friend);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.[Symbol.asyncDispose]();
  });

  async function open(path: string, width: number, colorScheme: "dark" | "light"): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`${path}: ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(`${path}: ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(system.gateway.web) && !/^(data|blob|ws):/.test(request.url())) {
        complaints.push(`${path}: asked ${request.url()}`);
      }
    });
    await page.goto(system.gateway.web + path);
    return page;
  }

  test("someone writes to a group and watches the answer stream in", async () => {
    const page = await open(`/conversations/${owner}`, 1280, "dark");
    await page.getByText("hello from the phone", { exact: true }).waitFor();
    await page.getByRole("textbox").fill("slow 1500: one two three four five six seven");
    await page.keyboard.press("Enter");
    // The first words are there while the rest is still being said.
    await page
      .getByText(/one two/)
      .last()
      .waitFor();
    await page.getByText("one two three four five six seven", { exact: true }).last().waitFor({ timeout: 15_000 });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("an answer to Telegram shows up without a reload, with its delivery", async () => {
    const page = await open(`/conversations/${owner}`, 390, "light");
    await page.getByText("hello from the phone", { exact: true }).waitFor();
    await system.ask("echo live from telegram", owner);
    await page.getByText("live from telegram", { exact: true }).waitFor({ timeout: 10_000 });
    await page.getByText("Delivered").last().waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test.each([
    [1280, "dark"],
    [1280, "light"],
    [390, "dark"],
    [390, "light"],
  ] as const)(
    "every page at %i px, %s: no axe violation, no console error, no foreign request",
    async (width, scheme) => {
      const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
      for (const path of ["/", "/groups", "/tasks", "/conversations", `/conversations/${owner}`]) {
        const page = await open(path, width, scheme);
        await page.getByRole("main").waitFor();
        await page.waitForTimeout(500);
        const result = AxeResult.parse(await page.evaluate(`${axe}; axe.run(document)`));
        const found = result.violations.map(
          ({ id, nodes }) => `${path}: ${id}: ${nodes.map((node) => node.html).join(" ")}`,
        );
        expect(found).toEqual([]);
        await page.context().close();
      }
      expect(complaints).toEqual([]);
    },
    60_000,
  );
});
