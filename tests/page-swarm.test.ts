/** A swarm in a real browser against the running gateway: put together, started, watched, looked at again. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserTests, Browsing } from "./support/browser.ts";
import { owner, System } from "./support/system.ts";

const patient = { timeout: 60_000 };

describe.runIf(browserTests === "run")("a swarm on the page", { timeout: 120_000 }, () => {
  let system: System;
  let browsing: Browsing;

  beforeAll(async () => {
    [system, browsing] = await Promise.all([System.start(), Browsing.start()]);
    await system.ask("echo hello", owner);
  });
  afterAll(async () => {
    await browsing?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
  });

  test("is put together, started, watched to its answer, and looked at again", async () => {
    const page = await browsing.open(`${system.gateway.web}/swarms`);
    await page.getByRole("link", { name: "New swarm" }).click();
    await page.getByLabel("Task", { exact: true }).fill("echo the team has worked");
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText("Give each member a role.").waitFor();
    await page.getByLabel("Role", { exact: true }).fill("Researcher");
    await page.getByRole("button", { name: "Add a member" }).click();
    await page.getByLabel("Role", { exact: true }).last().fill("Writer");
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByText("Writer starts with the result of Researcher").waitFor();
    await page.getByRole("button", { name: "Canvas" }).click();
    await page.locator(".react-flow__edge").waitFor({ ...patient, state: "attached" });
    await page.getByRole("button", { name: "Start" }).click();
    await page.waitForURL(/\/swarms\/(?!new)/, patient);
    await page.locator("header, main").getByText("Done", { exact: true }).first().waitFor(patient);
    await page.getByRole("button", { name: "Table" }).click();
    await page.getByRole("button", { name: "researcher" }).click();
    await page.getByText("All that researcher did").first().waitFor();
    await page.getByRole("slider", { name: "Moment of the run" }).press("Home");
    await page.getByText("Waits for others").first().waitFor();
    expect(browsing.complaints).toEqual([]);
  });
});
