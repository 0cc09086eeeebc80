/** Secrets on the page, in a real browser: set, given, taken away, deleted, and what the audit log tells of it. */
import { join } from "node:path";
import { AuditPage } from "@praktor/protocol/audit";
import { VaultView } from "@praktor/protocol/vault";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityViolations } from "./support/accessibility.ts";
import { Browsing, browserTests } from "./support/browser.ts";
import { friend, owner, System } from "./support/system.ts";

const value = "tok3n-Value/with+sign";
/** A folder for pictures of what the test looks at; none are made without it. */
const pictures = process.env["PRAKTOR_PICTURES"];

describe.runIf(browserTests === "run")("the vault's and the audit log's pages", { timeout: 60_000 }, () => {
  let system: System;
  let browsing: Browsing;
  beforeAll(async () => {
    [system, browsing] = await Promise.all([
      System.start({ environment: { PRAKTOR_VAULT_PASSPHRASE: "correct horse battery" } }),
      Browsing.start(),
    ]);
    await Promise.all([system.ask("echo hello", owner), system.ask("echo hello", friend)]);
  });
  afterAll(async () => {
    await browsing?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
  });

  const open = async (path: string, width: number, theme: "dark" | "light"): Promise<Page> => {
    const page = await browsing.open(system.gateway.web + path, width, theme);
    await page.locator("main#page h1").first().waitFor();
    return page;
  };

  /** What axe has to say of it. */
  async function look(page: Page, name: string): Promise<string[]> {
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) });
    return await accessibilityViolations(page);
  }

  async function add(page: Page, name: string, secret: string): Promise<void> {
    await page.getByRole("button", { name: "Add a secret" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByLabel("Value").fill(secret);
  }

  const vault = async (): Promise<VaultView> => VaultView.parse(await system.getJson("/api/vault"));

  test("a secret is set unseen, given as a variable, used by the agent, and taken away at the second press", async () => {
    const page = await open("/vault", 390, "light");
    await page.getByText("No secrets yet").waitFor();
    expect(await look(page, "vault-empty-390-light")).toEqual([]);
    await add(page, "API_TOKEN", "ab c");
    await page.getByRole("button", { name: "Save" }).click();
    const typed = page.getByRole("dialog").getByLabel("Value");
    await typed.and(page.locator("[aria-invalid=true]:focus")).waitFor();
    await page.getByText("It needs at least 6 characters, 3 more").waitFor();
    await typed.fill(`${value}\n`);
    await page.locator("[aria-invalid=true]").waitFor({ state: "detached" });
    const style =
      "getComputedStyle(document.querySelector('dialog textarea')).getPropertyValue('-webkit-text-security')";
    expect(await page.evaluate(style)).toBe("disc");
    expect(await look(page, "vault-set-390-light")).toEqual([]);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("API_TOKEN is saved.").waitFor();

    await page.getByRole("button", { name: /^Give to a group.*API_TOKEN/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Group", { exact: true }).selectOption(String(owner));
    await dialog.getByText("The agent finds it as $API_TOKEN").waitFor();
    expect(await look(page, "vault-assign-390-light")).toEqual([]);
    await dialog.getByRole("button", { name: "Give to a group" }).click();
    await page.getByText(/has API_TOKEN now\. 1 agent restarted\./).waitFor();
    // The right value, although nobody sees it: the line break that came along is not part of it.
    expect((await system.ask('bash: echo -n "$API_TOKEN" | wc -c', owner)).text).toBe(String(value.length));
    expect(await page.content()).not.toContain(value);

    const take = page.getByRole("button", { name: /^Take away.*: API_TOKEN from/ });
    await take.click();
    expect((await vault()).secrets[0]?.groups).toHaveLength(1);
    await take.click();
    await page.getByText(/does not have API_TOKEN any more/).waitFor();
    expect((await vault()).secrets).toMatchObject([{ name: "API_TOKEN", groups: [] }]);
    expect(browsing.complaints).toEqual([]);
    await page.context().close();
  });

  test("a key of several lines is given as a file, gets a new value, and is deleted only after a yes", async () => {
    const page = await open("/vault", 1280, "dark");
    await add(page, "deploy.key", "-----BEGIN KEY-----\nabc\n-----END KEY-----\n");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("deploy.key is saved.").waitFor();
    await page.getByRole("button", { name: /^Give to a group.*deploy\.key/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Group", { exact: true }).selectOption(String(friend));
    // Its name cannot be a variable's.
    expect(await dialog.getByRole("radio", { name: "As a file" }).isChecked()).toBe(true);
    await dialog.getByRole("radio", { name: "As an environment variable" }).check();
    await dialog.getByText(/A variable's name begins with/).waitFor();
    await dialog.getByRole("radio", { name: "As a file" }).check();
    await dialog.getByRole("button", { name: "Give to a group" }).click();
    await page.getByText(/has deploy\.key now/).waitFor();
    expect((await system.ask("bash: wc -l < $PRAKTOR_SECRETS/deploy.key", friend)).text.trim()).toBe("3");

    await page.getByRole("button", { name: "New value of deploy.key" }).click();
    await dialog.getByLabel("Value").fill("[redacted]");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("it is a word that stands in for secrets").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(await look(page, "vault-1280-dark")).toEqual([]);

    await page.getByRole("button", { name: "Delete deploy.key" }).click();
    await dialog.getByText(/These groups lose it/).waitFor();
    expect(await look(page, "vault-delete-1280-dark")).toEqual([]);
    expect((await vault()).secrets).toHaveLength(2);
    await dialog.getByRole("button", { name: "Delete for good" }).click();
    await page.getByText("deploy.key is deleted.").waitFor();
    expect((await vault()).secrets.map(({ name }) => name)).toEqual(["API_TOKEN"]);
    // A browser writes every refusal to its console.
    expect(browsing.complaints.splice(0)).toEqual([expect.stringContaining("400")]);
    await page.context().close();
  });

  test("the audit log says who did what, by who, what, group and outcome, and goes back page by page", async () => {
    for (let count = 0; count < 60; count += 1) {
      await fetch(`${system.gateway.web}/api/tasks/none-${count}`, { method: "DELETE" });
    }
    const page = await open("/audit", 1280, "light");
    const log = page.getByRole("list", { name: "The audit log" });
    await log.getByText("none-59", { exact: true }).waitFor();
    expect(await log.getByText("none-9", { exact: true }).count()).toBe(0);
    await page.getByRole("button", { name: "Show older" }).click();
    await log.getByText("none-9", { exact: true }).waitFor();
    const { entries } = AuditPage.parse(await system.getJson("/api/audit?limit=200"));
    await page.getByText("This is where the log begins.").waitFor();
    expect(await log.locator("time").count()).toBe(entries.length);

    await page.getByLabel("What", { exact: true }).selectOption("vault");
    const line = (text: RegExp) => log.getByRole("listitem").filter({ hasText: text });
    await line(/Somebody on the page deleted the secret deploy\.key/).waitFor();
    await line(/Somebody on the page gave the secret API_TOKEN to .*as variable API_TOKEN/).waitFor();
    await line(/tried to set the secret deploy\.key.*Refused/).waitFor();
    expect(await look(page, "audit-1280-light")).toEqual([]);
    await page.getByLabel("Group", { exact: true }).selectOption(String(friend));
    await expect.poll(() => log.locator("time").count(), { timeout: 20_000 }).toBe(1);
    await page.getByLabel("Outcome").selectOption("failed");
    await page.getByText("Nothing matches").waitFor();
    await page.getByRole("button", { name: "Show everything" }).click();
    await log.getByText("none-59", { exact: true }).waitFor();
    await page.getByLabel("Who").selectOption("agent");
    await page.getByText("Nothing matches").waitFor();
    expect(browsing.complaints).toEqual([]);
    await page.context().close();
  });

  test("on a phone both are behind a button, and a vault that its key does not open says what to do", async () => {
    await system.gateway.end("SIGTERM");
    Object.assign(system.environmentOfGateway, { PRAKTOR_VAULT_PASSPHRASE: "another passphrase" });
    await system.startGateway();
    const page = await open("/", 390, "dark");
    await page.getByRole("button", { name: "More" }).click();
    expect(await look(page, "more-390-dark")).toEqual([]);
    await page.getByRole("link", { name: "Vault" }).click();
    await page.getByText("The vault is locked", { exact: true }).waitFor();
    await page.getByText(/the passphrase is not the one.*Start Praktor with the key/).waitFor();
    expect(await page.getByRole("button", { name: "Add a secret" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "New value of API_TOKEN" }).isDisabled()).toBe(true);
    expect(await look(page, "vault-locked-390-dark")).toEqual([]);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("link", { name: "Audit log" }).click();
    await page.getByText("none-59", { exact: true }).waitFor();
    expect(await look(page, "audit-390-dark")).toEqual([]);
    await page.context().close();
  });
});
