/** `npm run screenshots`: takes the pictures of docs/images from a running system, with simulators in place of Telegram and of the model. */
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { team } from "@praktor/simulators/demo/team";
import { teamScript } from "@praktor/simulators/demo/team-script";
import { Browsing } from "./support/browser.ts";
import { friend, owner, System } from "./support/system.ts";

const folder = join(import.meta.dirname, "../docs/images");
const mostBytes = 150_000;

await using system = await System.start({ script: teamScript });
await using browsing = await Browsing.start();
await mkdir(folder, { recursive: true });
await Promise.all([
  system.ask("echo Good morning, Ada. Three tasks ran over night; all of them worked.", owner),
  system.ask("write notes/plan.md: # Plan\\n\\n- measure\\n- then cut", friend),
]);
await system.ask("bash: uname -s; echo six times seven is $((6 * 7))", owner);
await system.ask(
  'tool Edit {"file_path":"notes/plan.md","old_string":"- then cut","new_string":"- then cut once"}',
  friend,
);
const task = { group_id: String(owner), name: "Morning news", prompt: "echo The news.", schedule: "0 9 * * 1-5" };
await post("/api/tasks", task);

await picture("conversation", `/conversations/${owner}`, async (page) => {
  await page
    .getByText(/^1 step · /)
    .last()
    .click();
  await page.getByText("Bash", { exact: true }).last().click();
});
await picture("group", `/groups/${friend}`, async (page) => {
  await page.getByRole("button", { name: "All groups" }).click();
  await page.getByText(/^\d+ MB$/).waitFor();
});
// Something is at work, which the dashboard shows.
await post(`/api/groups/${friend}/messages`, {
  text: "bash: wc -w notes/*.md; sleep 90",
});
await picture("dashboard", "/", async (page) => {
  await page.getByText("Recent messages").waitFor();
  await page.getByRole("region", { name: "Running now" }).getByText(/wc -w/).waitFor();
  // Its code comes after the page's own, and may still be read when the network has long been still.
  await page.locator("figure canvas").waitFor();
});
const run = await post("/api/swarms", team);
await picture("swarm", `/swarms/${String(run["id"])}`, async (page) => {
  // Only a run that is over can be deleted, and what it cost is metered a moment later.
  await page.getByRole("button", { name: "Delete" }).waitFor({ timeout: 120_000 });
  await page.locator(".react-flow__edge").first().waitFor({ state: "attached" });
  await page.getByRole("region", { name: "Answer" }).getByText("Why are there tides?").waitFor();
});

async function picture(name: string, path: string, prepare: (page: Page) => Promise<void>): Promise<void> {
  const page = await browsing.open(system.gateway.web + path);
  await page.setViewportSize({ width: 1280, height: 800 });
  await prepare(page);
  await page.waitForLoadState("networkidle", { timeout: 5_000 }).catch(() => {});
  const file = join(folder, `${name}.png`);
  await page.screenshot({ path: file, animations: "disabled" });
  await page.context().close();
  const { size } = await stat(file);
  if (size > mostBytes) throw new Error(`${name}.png has ${size} bytes; at most ${mostBytes} are wanted.`);
  process.stdout.write(`${name}.png  ${size} bytes\n`);
}

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(system.gateway.web + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  const value: unknown = await answer.json();
  return typeof value === "object" && value !== null ? { ...value } : {};
}
