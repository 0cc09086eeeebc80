/** Texts that want to be code, in every place where the page shows what others wrote: nothing of them runs in a real browser. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SandboxFrame } from "@praktor/protocol/sandbox-watch";
import { chromium, type Page } from "playwright-core";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { requirement } from "./require.ts";
import { fileNames, fill, mark } from "./support/hostile-rows.ts";
import { run, texts } from "./support/hostile-texts.ts";
import { owner, System } from "./support/system.ts";

const chromiumPath = "/usr/bin/chromium";
const inspection = await readFile(new URL("support/dangerous-markup.mjs", import.meta.url), "utf8");

/** What a rendered text must never have become, whatever the content security policy would have stopped afterwards. */
async function dangers(page: Page): Promise<string[]> {
  return z.array(z.string()).parse(await page.evaluate(inspection));
}

describe.runIf(requirement("browser", existsSync(chromiumPath)) === "run")("texts that want to be code", () => {
  test(`${texts.length} of them run nothing and fetch nothing`, { timeout: 300_000 }, async () => {
    expect(texts.length).toBeGreaterThanOrEqual(300);
    await using system = await System.start();
    await system.ask(`bash: printf '%s' '<img src=x onerror=${run}><script>${run}</script>'`, owner);
    await system.gateway.end("SIGTERM");
    fill(join(system.folder, "praktor.db"));
    const workspace = join(system.folder, "groups", "texts");
    await mkdir(workspace, { recursive: true });
    for (const name of fileNames) await writeFile(join(workspace, name), name);
    await system.startGateway();
    const started = await fetch(`${system.gateway.web}/api/agents/texts/start`, {
      method: "POST",
      headers: { origin: system.gateway.web, "content-type": "application/json" },
    });
    expect(started.status).toBe(200);

    await using browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const asked: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(system.gateway.web) && !/^(data|blob|ws):/.test(request.url()))
        asked.push(request.url());
    });
    page.on("dialog", (dialog) => {
      asked.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    const inspect = async (): Promise<void> => {
      expect(await dangers(page)).toEqual([]);
      expect(await page.evaluate('"__ran" in window')).toBe(false);
      expect(asked).toEqual([]);
    };

    const open = async (path: string): Promise<void> => {
      await page.goto(system.gateway.web + path);
      await page.locator("main#page h1").first().waitFor();
    };
    /** All of them stand on the page, where one can see them, and as texts. */
    const shows = async (wanted: readonly string[]): Promise<void> => {
      await vi.waitFor(async () => expect(missing(wanted, await page.locator("main#page").innerText())).toEqual([]), {
        timeout: 30_000,
        interval: 250,
      });
      await inspect();
    };
    await page.route("**/api/agents/texts/watch", (route) =>
      route.fulfill({
        contentType: "text/event-stream",
        body: frames([{ type: "log", text: texts.join("\n") }, { type: "end" }]),
      }),
    );

    await open("/groups");
    await shows(texts);
    await open("/groups/texts");
    await shows([...fileNames, ...texts]);
    await open("/tasks");
    await shows(texts);
    await open("/people");
    await shows(texts);
    await open("/");
    await shows(texts.flatMap((text, index) => [mark(index), text.slice(0, 60)]));
    await open("/swarms");
    await shows([texts[0] ?? ""]);
    await open("/swarms/texts");
    await shows(texts.map((_, index) => mark(index)));
    await open("/audit");
    const older = page.getByRole("button", { name: "Show older", exact: true });
    const beginning = page.getByText("This is where the log begins.");
    const lines = page.locator("main#page ol li");
    for (;;) {
      await older.or(beginning).waitFor();
      if (await beginning.isVisible()) break;
      const before = await lines.count();
      await older.click();
      await vi.waitFor(async () => expect(await lines.count()).toBeGreaterThan(before), 30_000);
    }
    await shows(texts);
    await open("/conversations");
    await page.waitForLoadState("networkidle");
    await inspect();
    await open(`/conversations/${owner}`);
    await page.getByText(/^1 step · /).click();
    await page.getByText("Bash", { exact: true }).click();
    await inspect();

    // All along the history, from its end to its first message.
    await page.goto(`${system.gateway.web}/conversations/texts`);
    await page.getByText("The end of the texts.", { exact: true }).waitFor();
    const box = page.getByRole("group", { name: "Messages" });
    await box.hover();
    let isAtStart = false;
    for (let turn = 0; turn < 400 && !isAtStart; turn += 1) {
      await page.mouse.wheel(0, -800);
      await page.waitForTimeout(30);
      await inspect();
      isAtStart = await page.getByText("The beginning of the texts.", { exact: true }).isVisible();
    }
    expect(isAtStart).toBe(true);
    await inspect();

    await page.goto(`${system.gateway.web}/`);
    await page.getByText("Recent messages").waitFor();
    await page.getByRole("button", { name: /^Search/ }).click();
    await page.getByRole("dialog").getByRole("combobox").fill("script");
    await page
      .getByRole("dialog")
      .getByRole("option", { name: /script/ })
      .first()
      .waitFor();
    await inspect();
    // The inspection itself can fail.
    await page.evaluate(
      "document.querySelector('main').append(new Image()), document.querySelector('main img').setAttribute('onerror', '0')",
    );
    expect(await dangers(page)).toEqual(["img onerror"]);
  });
});

/** Each place draws white space in its own way. */
const bare = (text: string): string => text.replaceAll(/\s+/g, "");

/** The longest first, and each taken away once found: a text that stands within another is looked for in a place of its own. */
function missing(wanted: readonly string[], shown: string): string[] {
  let left = bare(shown);
  return wanted
    .toSorted((one, other) => bare(other).length - bare(one).length)
    .filter((text) => {
      const found = left.includes(bare(text));
      left = left.replace(bare(text), () => "\u0001");
      return !found;
    });
}

const frames = (all: readonly SandboxFrame[]): string =>
  all.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join("");
