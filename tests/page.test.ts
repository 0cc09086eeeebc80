/** Mission Control in a real browser against the running gateway: a person opens a group, writes, and watches the answer stream in. */
import { DatabaseSync } from "node:sqlite";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityViolations } from "./support/accessibility.ts";
import { browserTests, Browsing } from "./support/browser.ts";
import { friend, owner, System } from "./support/system.ts";

describe.runIf(browserTests === "run")("the page in a browser", () => {
  let system: System;
  let browsing: Browsing;
  let complaints: string[];

  beforeAll(async () => {
    [system, browsing] = await Promise.all([System.start(), Browsing.start()]);
    complaints = browsing.complaints;
    await Promise.all([system.ask("echo hello from the phone", owner), system.ask("write notes.md: # Notes", friend)]);
  });
  afterAll(async () => {
    await browsing?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
  });

  const open = (path: string, width: number, colorScheme: "dark" | "light"): Promise<Page> =>
    browsing.open(system.gateway.web + path, width, colorScheme);

  const patchOwner = async (body: object): Promise<void> => {
    const address = `${system.gateway.web}/api/groups/${owner}`;
    const headers = { "content-type": "application/json" };
    expect((await fetch(address, { method: "PATCH", headers, body: JSON.stringify(body) })).status).toBe(200);
  };

  test("someone writes to a group and watches the answer stream in", async () => {
    const page = await open(`/conversations/${owner}`, 1280, "dark");
    await page.getByText("hello from the phone", { exact: true }).waitFor();
    await page.getByRole("textbox").fill("slow 1500: one two three four five six seven");
    await page.keyboard.press("Enter");
    // The first words are there while the rest is still being said.
    const answer = page.getByRole("group", { name: "Messages" }).getByText(/^one two/);
    await answer.waitFor();
    await answer.and(page.getByText("one two three four five six seven", { exact: true })).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("an answer to Telegram shows up without a reload, with its delivery", async () => {
    const page = await open(`/conversations/${owner}`, 390, "light");
    await page.getByText("hello from the phone", { exact: true }).waitFor();
    await system.ask("echo live from telegram", owner);
    const answer = page.getByRole("article").filter({ has: page.getByText("live from telegram", { exact: true }) });
    await answer.getByText("Delivered").waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("the steps of an answer are there after a reload, with the person's name", async () => {
    const page = await open(`/conversations/${friend}`, 1280, "dark");
    await page.getByText(/^1 step · /).click();
    await page.getByText("Write", { exact: true }).click();
    await page.getByText("Result", { exact: true }).waitFor();
    await page.getByRole("article").filter({ hasText: "write notes.md" }).getByText("Grace", { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("a search leads to the message in its conversation", async () => {
    const page = await open("/", 1280, "dark");
    await page.getByText("Recent messages").waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("from the pho");
    await page.getByRole("option", { name: /echo hello from the phone/ }).click();
    await page.waitForURL(/\/conversations\/.*message=/);
    await page.locator(".ring-accent").getByText("echo hello from the phone").waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("a question is answered where it is asked, by keyboard, from another conversation and in Telegram, and tells so after a reload", async () => {
    await patchOwner({ approval_tools: ["Bash"] });
    const page = await open(`/conversations/${owner}`, 1280, "dark");
    const question = (command: string): Locator =>
      page
        .getByRole("group", { name: "Messages" })
        .getByRole("article")
        .filter({ hasText: "May the agent use Bash?" })
        .filter({ hasText: command });
    const write = async (text: string): Promise<void> => {
      await page.getByRole("textbox", { name: /^Message to/ }).fill(text);
      await page.keyboard.press("Enter");
    };
    await write("bash: echo ran-$((40 + 2))");
    const first = question("echo ran-$((40 + 2))");
    await first.getByRole("button", { name: "Allow" }).waitFor();
    await page.getByRole("alert").filter({ hasText: "May the agent use Bash?" }).waitFor({ state: "attached" });
    await page.reload();
    const allow = first.getByRole("button", { name: "Allow" });
    await allow.focus();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.keyboard.press("Enter");
    const outcome = first.getByText("Allowed on the page");
    await outcome.waitFor();
    expect(await first.getByRole("button").count()).toBe(0);
    await page
      .getByRole("paragraph")
      .and(page.getByText("ran-42", { exact: true }))
      .waitFor();
    await page.reload();
    await outcome.waitFor();

    const since = system.telegram.sequence;
    system.say("bash: echo from the chat");
    const asked = await system.telegram.waitForMessage(
      ({ text }) => text.includes("May the agent use Bash?") && text.includes("echo from the chat"),
      { since, timeoutMs: 30_000 },
    );
    const [data = ""] = /ask:[\w-]+:deny/.exec(JSON.stringify(asked.replyMarkup)) ?? [];
    system.telegram.userTaps({ chatId: owner, messageId: asked.messageId, data, userId: owner });
    await question("echo from the chat").getByText("Denied by Ada in Telegram").waitFor();

    // Whoever says yes has seen all of it: a word without an end is wrapped.
    await write(`bash: echo elsewhere ${"x".repeat(300)}`);
    await question("echo elsewhere").getByRole("button", { name: "Deny" }).waitFor();
    const command = question("echo elsewhere").locator("pre");
    expect(await command.evaluate((box) => box.scrollWidth <= box.clientWidth)).toBe(true);
    const conversations = page.getByRole("combobox", { name: "Conversation" });
    await conversations.selectOption({ label: "Chat: Ada" });
    const elsewhere = page.getByRole("listitem").filter({ hasText: "echo elsewhere" });
    await elsewhere.getByRole("button", { name: "Deny" }).click();
    await page.getByText("The agent is told no.").waitFor();
    await elsewhere.waitFor({ state: "detached" });
    await conversations.selectOption({ label: "All conversations" });
    await question("echo elsewhere").getByText("Denied on the page").waitFor();
    await patchOwner({ approval_tools: [] });
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 120_000);

  test("what the agents read is edited, and not over somebody else's change", async () => {
    const page = await open(`/groups/${owner}`, 1280, "light");
    await page.getByRole("button", { name: "All groups" }).click();
    const text = page.getByRole("textbox", { name: "Text of CLAUDE.md" });
    await text.fill("# Mine");
    await writeFile(join(system.folder, "groups/global/CLAUDE.md"), "# Theirs");
    await page.getByRole("button", { name: "Save", exact: true }).first().click();
    await page.getByText("It was changed meanwhile").waitFor();
    await page.getByRole("button", { name: "Save mine over it" }).click();
    await page.getByText("CLAUDE.md is saved.").waitFor();
    expect(await readFile(join(system.folder, "groups/global/CLAUDE.md"), "utf8")).toBe("# Mine");
    // A browser writes every refusal to its console.
    expect(complaints.splice(0)).toEqual([expect.stringContaining("409")]);
    await page.context().close();
  });

  test("a history of 10,000 messages keeps few rows in the page, from its end, its middle, and all along the way", async () => {
    const dashboard = await open("/", 390, "light");
    await dashboard.getByRole("heading", { name: "Health" }).waitFor();
    // Nobody but the gateway opens its database while it runs.
    await system.gateway.end("SIGTERM");
    await dashboard.getByText(/^Unreachable since \d\d:\d\d$/).waitFor();
    await dashboard.getByText("Everything works").waitFor({ state: "detached" });
    await dashboard.context().close();
    // A browser writes each lost connection to its console.
    expect(complaints.splice(0).filter((complaint) => !/net::ERR_|WebSocket/.test(complaint))).toEqual([]);
    const database = new DatabaseSync(join(system.folder, "praktor.db"));
    database.exec(`
      insert into groups (id, name, folder, is_main, created_at) values ('long', 'Long', 'long', 0, 1);
      insert into conversations (id, group_id, channel, address, kind, title, created_at)
        values ('long', 'long', 'web', '{"channel":"web"}', 'page', 'Page', 1);
      with recursive n (i) as (select 1 union all select i + 1 from n where i < 10000)
        insert into messages (group_id, conversation_id, role, sender, content, metadata, created_at)
        select 'long', 'long', 'assistant', 'agent', 'Line ' || i, '{}', 1700000000000 + i * 60000 from n;
    `);
    const middle = database.prepare("select id from messages where content = 'Line 5000'").get()?.["id"];
    database.close();
    await system.startGateway();
    const page = await open("/conversations/long", 1280, "dark");
    const rows = page.locator("[data-row]");
    await page.getByText("Line 10000", { exact: true }).waitFor();
    const box = page.getByRole("group", { name: "Messages" });
    await box.hover();
    for (let turn = 0; turn < 30; turn++) {
      await page.mouse.wheel(0, -1500);
      await page.waitForTimeout(60);
      expect(await rows.count()).toBeLessThanOrEqual(100);
    }
    expect(await page.getByText("Line 10000", { exact: true }).count()).toBe(0);
    await page.getByRole("button", { name: "Jump to the latest" }).click();
    await page.getByText("Line 10000", { exact: true }).waitFor();

    await page.goto(`${system.gateway.web}/conversations/long?message=${String(middle)}`);
    await page.getByText("Line 5000", { exact: true }).waitFor();
    await page.getByText("Line 5030", { exact: true }).waitFor({ state: "attached" });
    expect(await rows.count()).toBeLessThanOrEqual(100);
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 60_000);

  test("it can be installed as an app", async () => {
    const page = await open("/", 390, "dark");
    const session = await page.context().newCDPSession(page);
    const { errors } = await session.send("Page.getAppManifest");
    expect(errors).toEqual([]);
    const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
    // The browser of a test keeps nothing, and says so here.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual([]);
    await page.context().close();
  });

  test.each([1280, 390])(
    "every page at %i px, dark and light: no axe violation, no console error, no foreign request",
    async (width) => {
      const page = await open("/", width, "dark");
      const paths = [
        "/",
        "/groups",
        `/groups/${owner}`,
        "/tasks",
        "/swarms",
        "/swarms/new",
        "/people",
        "/vault",
        "/audit",
        "/conversations",
        `/conversations/${owner}`,
      ];
      for (const [index, path] of paths.entries()) {
        // What stands on each page of a phone is seen in both themes on half of them.
        const isShort = width === 390 && process.env["PRAKTOR_LONG"] !== "1";
        const [first, second] = isShort
          ? ([index % 2 === 0 ? "dark" : "light"] as const)
          : (["dark", "light"] as const);
        await page.emulateMedia({ colorScheme: first });
        await page.goto(system.gateway.web + path);
        // The page itself, not what stands there while its data and its own code are fetched.
        await page.locator("main#page h1").first().waitFor();
        await page.locator("main .breathe.bg-raised").first().waitFor({ state: "detached" });
        expect({ path, scheme: first, found: await accessibilityViolations(page) }).toEqual({
          path,
          scheme: first,
          found: [],
        });
        if (second === undefined) continue;
        // The same page in the other theme: nothing but its colours can differ.
        await page.emulateMedia({ colorScheme: second });
        await page.locator("html[data-theme=light]").waitFor();
        const found = await accessibilityViolations(page, ["color-contrast"]);
        expect({ path, scheme: second, found }).toEqual({ path, scheme: second, found: [] });
      }
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    120_000,
  );
});
