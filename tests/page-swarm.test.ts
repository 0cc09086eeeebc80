/** A swarm in a real browser against the running gateway: put together as a drawing, started, watched, looked at again, deleted. */
import { teamScript } from "@praktor/simulators/demo/team-script";
import type { Script } from "@praktor/simulators/messages/script";
import { SwarmMessageView, SwarmRunView } from "@praktor/protocol/swarm";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { accessibilityViolations } from "./support/accessibility.ts";
import { browserTests, Browsing } from "./support/browser.ts";
import { owner, System } from "./support/system.ts";

const patient = { timeout: 60_000 };

describe.runIf(browserTests === "run")("a swarm on the page", { timeout: 120_000 }, () => {
  let system: System;
  let browsing: Browsing;
  let page: Page;
  /** Nobody says anything before somebody looks. */
  const watched = Promise.withResolvers<void>();
  const script: Script = async (input) => {
    if (input.conversation.said.some((text) => text.includes("How do bees find home?"))) await watched.promise;
    return await teamScript(input);
  };

  beforeAll(async () => {
    [system, browsing] = await Promise.all([System.start({ script }), Browsing.start()]);
    await system.ask("echo hello", owner);
    page = await browsing.open(`${system.gateway.web}/swarms`);
  });
  afterAll(async () => {
    await browsing?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
  });

  const drawing = () => page.getByRole("region", { name: /^The team as a drawing/ });
  const member = (name: string) => drawing().getByRole("group", { name, exact: true });
  const role = () => page.getByRole("textbox", { name: "Role", exact: true });
  const view = (name: "List" | "Drawing") => page.getByRole("button", { name, exact: true }).click();

  async function expectAccessible(width: number, colorScheme: "dark" | "light"): Promise<void> {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
  }

  test("is put together as a drawing, by pointer and by keyboard; the list holds the same; what could not run is said at once", async () => {
    await page.getByRole("link", { name: "New swarm" }).click();
    await page.getByLabel("Task", { exact: true }).fill("How do bees find home?");
    await view("Drawing");
    await drawing().getByText("unnamed", { exact: true }).waitFor(patient);
    await page.getByRole("button", { name: "Start" }).click();
    await drawing().getByText("Give each member a role.").waitFor(patient);
    // Whoever was refused is at what is to be mended, and hears so.
    await member("unnamed, Give each member a role.").and(page.locator(":focus")).waitFor();
    await page.getByRole("alert").getByText("The swarm was not started: what is marked needs a change.").waitFor();
    await page.keyboard.press("Enter");
    await page
      .locator(":focus")
      .and(page.getByRole("group", { name: "What is chosen in the drawing" }))
      .waitFor();
    await role().fill("Scout");
    // Whoever is added is named at once.
    await page.getByRole("button", { name: "Add a member" }).press("Enter");
    await page.keyboard.type("scout");
    await drawing().getByText("Two members have the role “scout”").waitFor();
    await role().fill("Writer");
    await member("Writer").waitFor();
    // Nobody gathers what the two bring: whoever is added for it costs money, which is said before the start.
    const added = member("lead, Lead, Added by Praktor");
    const warning = page.getByRole("status").filter({ hasText: "Praktor adds one more member" });
    await Promise.all([added.waitFor(), warning.waitFor()]);

    await member("Scout")
      .locator(".react-flow__handle-right.source")
      .dragTo(member("Writer").locator(".react-flow__handle-left"));
    const edge = (name: string) => drawing().getByRole("group", { name, exact: true });
    await edge("Writer starts with the result of Scout").waitFor({ state: "attached" });
    await Promise.all([added.waitFor({ state: "detached" }), warning.waitFor({ state: "detached" })]);
    await member("Writer, Lead").click();
    const leads = page.getByRole("checkbox", { name: /^Leads/ });
    expect([await leads.isChecked(), await leads.isDisabled()]).toEqual([true, true]);
    await edge("Writer starts with the result of Scout").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("radio", { name: "Scout and Writer talk while they work" }).check();
    const talk = edge("Scout and Writer talk while they work");
    await talk.waitFor({ state: "attached" });
    await member("Writer").click();
    await leads.check();
    await page.getByText("The lead “writer” works when all others are done, so it cannot talk with “scout”.").waitFor();
    await leads.uncheck();

    await view("List");
    await warning.waitFor();
    await page.getByText("Scout and Writer talk while they work").waitFor();
    expect(await role().evaluateAll((fields) => fields.map((field) => field.getAttribute("value")))).toEqual([
      "Scout",
      "Writer",
    ]);
    await page.getByRole("button", { name: "Add a member" }).click();
    await page.getByRole("group", { name: "Member 3" }).getByLabel("Role").fill("Third");
    await view("Drawing");
    await talk.focus();
    await page.keyboard.press("Delete");
    await talk.waitFor({ state: "detached" });
    await member("Third").focus();
    await page.keyboard.press("Delete");
    await member("Third").waitFor({ state: "detached" });
    await member("Scout").focus();
    await page.keyboard.press("Enter");
    await page.getByLabel("Kind").selectOption("talks with");
    await page.getByRole("button", { name: "Connect" }).press("Enter");
    await talk.waitFor({ state: "attached" });
    await expectAccessible(1280, "dark");
    await expectAccessible(390, "light");
    // A drawing that was open all along is fitted to its new size.
    const inside = async (): Promise<boolean> => {
      const [outer, ...inner] = await Promise.all(
        [drawing(), member("Scout"), member("Writer"), added].map((part) => part.boundingBox()),
      );
      return inner.every((box) => box && outer && box.x >= outer.x && box.x + box.width <= outer.x + outer.width);
    };
    await expect.poll(inside, patient).toBe(true);
    await page.setViewportSize({ width: 1280, height: 844 });
    expect(browsing.complaints).toEqual([]);
  });

  test("is started with its limits and watched: messages travel on their lines, the table says the same", async () => {
    await page.getByLabel("Minutes of the run").fill("1.5");
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText("Give 1 to 10,080 whole minutes.").waitFor();
    await page.getByLabel("Minutes of the run").fill("90");
    await page.getByLabel("Cost in dollars").fill("5");
    await noteFlights(page);
    await page.getByRole("button", { name: "Start" }).click();
    await page.waitForURL(/\/swarms\/(?!new)/, patient);
    await page.getByText("Nobody has written to another member yet.").waitFor(patient);
    await page.getByRole("group", { name: /^scout, / }).waitFor(patient);
    watched.resolve();
    await page.getByRole("button", { name: "Delete" }).waitFor(patient);
    const run = SwarmRunView.parse(await system.getJson(path(page)));
    expect(run).toMatchObject({ status: "succeeded", limits: { run_ms: 5_400_000, cost_usd: 5 } });
    const said = SwarmMessageView.array().parse(await system.getJson(`${path(page)}/messages`));
    expect(said.map(({ from, to }) => `${from} ${to}`).toSorted()).toEqual(["scout writer", "writer scout"]);
    expect((await flights(page)).map(({ moves }) => moves)).toEqual(["message-flight", "message-flight"]);

    await page.getByText("2 messages", { exact: true }).waitFor();
    await expectAccessible(1280, "light");
    await page.getByRole("button", { name: "Table" }).click();
    await expectAccessible(390, "dark");
    const row = page.getByRole("row").filter({ has: page.getByRole("button", { name: "writer", exact: true }) });
    await row.getByText("talks with scout (2 messages)").filter({ visible: true }).waitFor();
    const table = page.getByRole("table");
    expect(await table.evaluate((element) => element.scrollWidth <= (element.parentElement?.clientWidth ?? 0))).toBe(
      true,
    );
    expect(browsing.complaints).toEqual([]);
  });

  test("is looked at again, without motion for whoever wants none, and deleted with what it left", async () => {
    const [first] = SwarmMessageView.array().parse(await system.getJson(`${path(page)}/messages`));
    await page.getByRole("button", { name: "scout", exact: true }).click();
    await page.getByRole("heading", { name: "All that scout did" }).waitFor();
    const slider = page.getByRole("slider", { name: "Moment of the run" });
    await slider.press("Home");
    const lead = page.getByRole("row").filter({ has: page.getByRole("button", { name: "lead", exact: true }) });
    await lead.getByText("Waiting for others").waitFor();
    await page.getByRole("button", { name: "Drawing" }).click();
    await page.locator(".react-flow__edge").waitFor({ state: "attached" });
    await page.emulateMedia({ reducedMotion: "reduce" });
    await noteFlights(page);
    const range = await slider.evaluate((element) =>
      [element.getAttribute("min"), element.getAttribute("step")].map(Number),
    );
    const [from = 0, step = 1] = range;
    const steps = Math.ceil((Date.parse(first?.time ?? "") - from) / step);
    await slider.fill(String(from + steps * step));
    await expect.poll(async () => (await flights(page)).map(({ moves }) => moves), patient).toContain("none");

    const gone = path(page);
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("Its members' volumes go, with all files in them").waitFor();
    await page.getByRole("button", { name: "Delete the swarm" }).click();
    await page.getByText("The swarm is deleted.").waitFor(patient);
    await page.getByText("No swarm has run yet").waitFor();
    expect((await fetch(system.gateway.web + gone)).status).toBe(404);
    expect(browsing.complaints).toEqual([]);
  });
});

const path = (page: Page): string => `/api${new URL(page.url()).pathname}`;

/** From now on; what is over before somebody looks is noted all the same. */
async function noteFlights(page: Page): Promise<void> {
  await page.evaluate(`
    window.flights = [];
    new MutationObserver((changes) => {
      for (const added of changes.flatMap((change) => [...change.addedNodes])) {
        if (!(added instanceof Element)) continue;
        for (const flight of [added, ...added.querySelectorAll("*")].filter((one) => one.matches(".message-flight"))) {
          const style = getComputedStyle(flight);
          window.flights.push({ moves: style.display === "none" ? "none" : style.animationName });
        }
      }
    }).observe(document.body, { childList: true, subtree: true });
  `);
}

async function flights(page: Page): Promise<{ moves: string }[]> {
  return z.array(z.object({ moves: z.string() })).parse(await page.evaluate("window.flights"));
}
