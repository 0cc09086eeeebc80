/** Pours events over a page that watches a turn, and tells what arrived and how responsive the page stayed. */
import { setTimeout as delay } from "node:timers/promises";
import { join } from "node:path";
import { z } from "zod";
import { Harness } from "../../gateway/src/web/testing/harness.ts";
import { Browsing } from "./browser.ts";

const groupId = "home";
const perSecond = 200;
const batchMs = 50;
const toolEvery = 50;

const Seen = z.object({
  text: z.string(),
  tools: z.number(),
  lags: z.array(z.number()),
  longTasks: z.array(z.number()),
});

export interface FloodOutcome {
  sent: number;
  /** Words and tool calls that the page shows, of those that were sent. */
  missing: number;
  /** How late a timer of the page was, in milliseconds: as long as its main thread was busy. */
  lagP95Ms: number;
  longestTaskMs: number;
}

/** Needs the page's build. */
export async function flood(seconds: number): Promise<FloodOutcome> {
  await using harness = await Harness.start({ uiDirectory: join(import.meta.dirname, "../../ui/dist") });
  await using browsing = await Browsing.start();
  await harness.send({ method: "POST", path: "/api/groups", body: { id: groupId, name: "Home", folder: "home" } });
  const conversation = { groupId, kind: "page", address: { channel: "web" }, title: "Page" } as const;
  const { id: conversationId } = await harness.store.conversations.ensure(conversation);
  const turn = { groupId, conversationId, turnId: "turn-1" };
  const page = await browsing.open(`${harness.server.url}/conversations/${groupId}`);
  await page.getByRole("textbox", { name: /^Message to/ }).waitFor();
  await page.waitForLoadState("networkidle");
  await page.evaluate(`(() => {
    const seen = (globalThis.seen = { lags: [], longTasks: [] });
    new PerformanceObserver((list) => seen.longTasks.push(...list.getEntries().map((entry) => entry.duration)))
      .observe({ type: "longtask" });
    let due = performance.now() + 10;
    setInterval(() => {
      const now = performance.now();
      seen.lags.push(Math.max(0, now - due));
      due = now + 10;
    }, 10);
  })()`);
  harness.publish({ type: "turn", ...turn, state: "running", attempt: 1, error: null });
  const words: string[] = [];
  let tools = 0;
  for (const startedAt = performance.now(); words.length + tools < seconds * perSecond;) {
    const due = Math.min(seconds * perSecond, ((performance.now() - startedAt) / 1000) * perSecond);
    while (words.length + tools < due) {
      if ((words.length + tools) % toolEvery === toolEvery - 1) {
        tools += 1;
        const call = { toolUseId: `use-${tools}`, name: "Bash", input: '{"command":"ls"}', output: "x", durationMs: 5 };
        harness.publish({ type: "tool", ...turn, phase: "finished", ...call });
      } else {
        const index = words.length;
        words.push(`w${index}`);
        harness.publish({
          type: "text",
          ...turn,
          attempt: 1,
          index,
          content: `w${index}${index % 40 === 39 ? ".\n\n" : " "}`,
        });
      }
    }
    await delay(batchMs);
  }
  await page.getByText(new RegExp(`\\b${words.at(-1)}\\b`)).waitFor({ timeout: 60_000 });
  const seen = Seen.parse(
    await page.evaluate(`({
      ...globalThis.seen,
      text: document.querySelector("[aria-label=Messages]").innerText,
      tools: [...document.querySelectorAll("summary")].filter((row) => row.innerText.includes("Bash")).length,
    })`),
  );
  const shown = new Set(seen.text.match(/w\d+/g));
  const sorted = seen.lags.toSorted((a, b) => a - b);
  return {
    sent: words.length + tools,
    missing: words.filter((word) => !shown.has(word)).length + (tools - seen.tools),
    lagP95Ms: Math.round(sorted[Math.floor(sorted.length * 0.95)] ?? 0),
    longestTaskMs: Math.round(Math.max(0, ...seen.longTasks)),
  };
}
