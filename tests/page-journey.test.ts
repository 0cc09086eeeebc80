/** One person's whole way through Mission Control, in a real browser against the running gateway. */
import { once } from "node:events";
import { createServer } from "node:http";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { GroupView } from "@praktor/protocol/rest";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserTests, Browsing } from "./support/browser.ts";
import { owner, System } from "./support/system.ts";

const password = "a long enough password";
const patient = { timeout: 20_000 };

describe.runIf(browserTests === "run")("a person's way", { timeout: 60_000 }, () => {
  let system: System;
  let browsing: Browsing;
  let page: Page;

  beforeAll(async () => {
    [system, browsing] = await Promise.all([
      System.start({ environment: { PRAKTOR_WEB_PASSWORD: password } }),
      Browsing.start(),
    ]);
    await system.ask("echo hello from the phone", owner);
    page = await browsing.open(`${system.gateway.web}/`);
  });
  afterAll(async () => {
    await browsing?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
  });

  const write = async (text: string): Promise<void> => {
    await page.getByRole("textbox", { name: /^Message to/ }).fill(text);
    await page.keyboard.press("Enter");
  };

  test("signs in, after a wrong password", async () => {
    await page.getByLabel("Password").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("That is not the password").waitFor();
    // A browser writes every refusal to its console.
    expect(browsing.complaints.splice(0)).toEqual([expect.stringContaining("401")]);
    await page.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Dashboard" }).waitFor();
  });

  test("is still signed in after a reload and in another tab, but nowhere on another port", async () => {
    await page.reload();
    await page.getByRole("heading", { name: "Dashboard" }).waitFor(patient);
    const stolen: string[] = [];
    const other = createServer((request, response) => {
      stolen.push(request.headers.cookie ?? "");
      response.end("an agent's own server");
    }).listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const tab = await page.context().newPage();
    await tab.goto(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`);
    other.close();
    other.closeAllConnections();
    // The browser gives the cookie away, and with it alone nobody gets in.
    const [cookie = ""] = stolen;
    expect(cookie).toMatch(/^praktor_session_[0-9a-f]{8}=/);
    const headers = { cookie, origin: system.gateway.web };
    expect((await fetch(`${system.gateway.web}/api/groups`, { headers })).status).toBe(401);
    await tab.goto(system.gateway.web);
    await tab.getByRole("heading", { name: "Dashboard" }).waitFor(patient);
    await tab.close();
  });

  test("writes with a file, which the agent gets, and watches the answer stream in", async () => {
    await page.getByRole("link", { name: "Conversations" }).click();
    await page.getByRole("navigation", { name: "Groups" }).getByRole("link").first().click();
    await page
      .locator("input[type=file]")
      .first()
      .setInputFiles({
        name: "numbers.csv",
        mimeType: "text/csv",
        buffer: Buffer.from("1,2,3"),
      });
    await write("bash: cat uploads/*/numbers.csv; echo; echo read");
    await page
      .getByRole("article")
      .filter({ hasText: /1,2,3\s*read/ })
      .waitFor(patient);
    const [download] = await Promise.all([
      page.waitForEvent("download", patient),
      page.getByRole("button", { name: "Download numbers.csv" }).click(patient),
    ]);
    expect(download.suggestedFilename()).toBe("numbers.csv");
    expect(await readFile(await download.path(), "utf8")).toBe("1,2,3");
    await write("slow 1500: one two three four five six seven");
    const answer = page.getByRole("group", { name: "Messages" }).getByText(/^one two/);
    await answer.waitFor(patient);
    await answer.and(page.getByText("one two three four five six seven", { exact: true })).waitFor(patient);
    const folder = (await readdir(join(system.folder, "groups"))).find((name) => name !== "global") ?? "";
    const [mark = ""] = await readdir(join(system.folder, "groups", folder, "uploads"));
    expect(await readFile(join(system.folder, "groups", folder, "uploads", mark, "numbers.csv"), "utf8")).toBe("1,2,3");
    expect(browsing.complaints).toEqual([]);
  });

  test("stops a turn, and its steps stay without a reload", async () => {
    await write("bash: echo begun; sleep 60");
    await page.locator("summary").filter({ hasText: "echo begun; sleep 60" }).waitFor(patient);
    await page.getByRole("button", { name: /^Stop:/ }).click();
    // Its own message, not the page's last steps: those are an earlier answer's until it has come.
    const stopped = page.getByRole("article").filter({ hasText: "Stopped. What was done so far is kept" });
    await stopped.getByText(/^1 step · /).click(patient);
    await stopped.getByText("Bash", { exact: true }).click();
    await stopped.getByRole("group", { name: "Command" }).getByText("echo begun; sleep 60").waitFor();
    expect(browsing.complaints).toEqual([]);
  });

  test("begins a session anew, and the agent has forgotten", async () => {
    await page.getByRole("button", { name: "New session" }).click();
    await page.getByRole("button", { name: "Begin a new session" }).click();
    await page.getByText("The next message begins a new session.").waitFor();
    await write("what did I say first?");
    await page.getByText('You said first: "what did I say first?"').waitFor(patient);
    expect(browsing.complaints).toEqual([]);
  });

  test("creates a task, after a refusal that marks all of its fields at once, and runs it", async () => {
    await page.getByRole("link", { name: "Tasks" }).click();
    await page.getByRole("button", { name: "New task" }).first().click();
    await page.getByText("Advanced", { exact: true }).click();
    await page.getByLabel("Time zone").fill("Mars/Base");
    await page.getByLabel("Steps").fill("0");
    await page.getByText("Advanced", { exact: true }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The task was not saved: 4 fields need a change.").waitFor(patient);
    const marked = page.locator("[aria-invalid=true]");
    expect(await marked.evaluateAll((fields) => fields.map((field) => field.matches(":focus")))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    await page.getByText("Must be at least 1.").waitFor({ state: "hidden" });
    await page.getByLabel("Name", { exact: true }).fill("Morning");
    await page.getByLabel("Prompt", { exact: true }).fill("echo the task has run");
    await page.getByText("The task was not saved: 2 fields need a change.").waitFor();
    await page.getByLabel("Time zone").fill("UTC");
    await page.getByRole("button", { name: "Save" }).click();
    // What is closed is opened for what is to be mended in it.
    await page.getByLabel("Steps").and(page.locator(":focus")).waitFor(patient);
    await page.getByText("Must be at least 1.").waitFor();
    await page.getByLabel("Steps").fill("");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Morning is saved.").waitFor(patient);
    await page.getByRole("button", { name: "Run Morning now" }).first().click();
    await page.getByText("Succeeded").first().waitFor(patient);
    // A browser writes every refusal to its console.
    expect(browsing.complaints.splice(0).filter((complaint) => !complaint.includes("400"))).toEqual([]);
  });

  test("finds a word of the way again", async () => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("three four fiv");
    await page
      .getByRole("option", { name: /one two three four/ })
      .first()
      .click();
    await page.waitForURL(/message=/);
    await page.locator(".ring-accent").first().waitFor();
    expect(browsing.complaints).toEqual([]);
  });

  test("looks at the sandbox: its log, what it uses, its files", async () => {
    await page.goto(`${system.gateway.web}/groups/${owner}`);
    await page
      .getByText(/a turn begins/)
      .first()
      .waitFor(patient);
    await page.getByText(/^\d+ MB$/).waitFor(patient);
    await page.getByRole("button", { name: "uploads" }).waitFor(patient);
    expect(browsing.complaints).toEqual([]);
  });

  test("registers a group under an id and a host that nobody may have: the fields say so", async () => {
    await page.goto(`${system.gateway.web}/groups`);
    await page.getByRole("button", { name: "Register group" }).click(patient);
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("Twin");
    await dialog.getByLabel("Id", { exact: true }).fill(owner.toString());
    await dialog.getByRole("button", { name: "Register" }).click();
    const id = dialog.getByLabel("Id", { exact: true }).and(page.locator("[aria-invalid=true]:focus"));
    await id.waitFor(patient);
    await dialog.getByText("The group was not registered: one field needs a change.").waitFor();
    await id.fill("twin");
    await dialog.locator("[aria-invalid=true]").waitFor({ state: "detached" });
    await dialog.getByRole("button", { name: "Register" }).click();
    await page.getByText("Twin is registered.").waitFor(patient);

    await page.goto(`${system.gateway.web}/groups/twin`);
    await page.getByLabel("Only these hosts").check(patient);
    const hosts = page.getByLabel("Allowed hosts");
    await hosts.fill("example.org\nexample..org");
    const network = page.getByRole("region", { name: "Network" });
    await network.getByRole("button", { name: "Save" }).click();
    await network.getByText("“example..org” is no host name").waitFor(patient);
    await hosts.and(page.locator("[aria-invalid=true]:focus")).waitFor();
    await hosts.fill("example.org");
    await network.getByText("“example..org” is no host name").waitFor({ state: "detached" });
    await network.getByRole("button", { name: "Save" }).click();
    await page.getByText("The network policy is saved.").waitFor(patient);

    await page.goto(`${system.gateway.web}/swarms/new`);
    // On a phone the fields are far above the button: whoever is refused is brought there, and hears so.
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("button", { name: "Start" }).click(patient);
    const task = page.getByLabel("Task", { exact: true });
    await task.and(page.locator("[aria-invalid=true]:focus")).waitFor(patient);
    await page.getByRole("alert").getByText("The swarm was not started: what is marked needs a change.").waitFor();
    expect(await task.evaluate((field) => field.getBoundingClientRect().top >= 0)).toBe(true);
    await task.fill("Measure.");
    const member = page.getByRole("group", { name: "Member 1" });
    await page.getByRole("button", { name: "Start" }).click();
    await member.getByLabel("Role").and(page.locator("[aria-invalid=true]:focus")).waitFor();
    await page.setViewportSize({ width: 1280, height: 844 });
    await member.getByLabel("Role").fill("Ada");
    await member.getByLabel("Model").fill("x".repeat(300));
    await page.getByRole("button", { name: "Start" }).click();
    await member.getByLabel("Model").and(page.locator("[aria-invalid=true]:focus")).waitFor(patient);
    await page.getByText("The swarm was not started. Ada: the model must have at most 200 characters.").waitFor();
    // A browser writes every refusal to its console.
    expect(browsing.complaints.splice(0).filter((complaint) => !/40[09]/.test(complaint))).toEqual([]);
  });

  test("names hosts that need a yes: a wrong one is said at its field, a right one is kept, and none where nobody is asked", async () => {
    await page.goto(`${system.gateway.web}/groups/${owner}`);
    const network = page.getByRole("region", { name: "Network" });
    const kept = async (): Promise<unknown> => {
      const headers = { authorization: `Basic ${btoa(`x:${password}`)}` };
      const response = await fetch(`${system.gateway.web}/api/groups/${owner}`, { headers });
      const { network: policy, approval_hosts: hosts } = GroupView.parse(await response.json());
      return { policy, hosts };
    };
    await network.getByLabel("Only these hosts").check(patient);
    const hosts = network.getByLabel("Hosts that need a yes");
    await hosts.fill("Example.org:8443 example.org\nexample..org");
    await network.getByRole("button", { name: "Save" }).click();
    await network.getByText("“example..org” is no host name").waitFor(patient);
    await hosts.and(page.locator("[aria-invalid=true]:focus")).waitFor();
    await hosts.fill("Example.org:8443 example.org");
    await network.getByRole("button", { name: "Save" }).click();
    await expect.poll(kept, patient).toEqual({ policy: "allowlist", hosts: ["example.org:8443", "example.org"] });
    await page.reload();
    await hosts.waitFor(patient);
    expect(await hosts.inputValue()).toBe("example.org:8443\nexample.org");
    await network.getByRole("radio", { name: /^Open/ }).check();
    await network.getByText("saving it takes example.org:8443, example.org off the list").waitFor();
    await network.getByRole("button", { name: "Save" }).click();
    await expect.poll(kept, patient).toEqual({ policy: "open", hosts: [] });
    // A browser writes every refusal to its console.
    expect(browsing.complaints.splice(0).filter((complaint) => !complaint.includes("400"))).toEqual([]);
  });

  test("signs out in one tab, and the others are out too; signing in brings them back", async () => {
    const tab = await page.context().newPage();
    await tab.goto(system.gateway.web);
    await tab.getByRole("button", { name: "Sign out" }).click(patient);
    for (const one of [tab, page]) await one.getByLabel("Password").waitFor(patient);
    await tab.getByLabel("Password").fill(password);
    await tab.keyboard.press("Enter");
    await tab.getByRole("heading", { name: "Dashboard" }).waitFor(patient);
    await page.getByRole("button", { name: "Sign out" }).waitFor(patient);
    await tab.close();
    // A browser writes every refusal to its console.
    expect(browsing.complaints.splice(0).filter((complaint) => !complaint.includes("401"))).toEqual([]);
  });
});
