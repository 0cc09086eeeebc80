/** What pages that mean harm do to an agent's browser, in full: only with `PRAKTOR_LONG=1`, for it writes gibibytes and fills memories. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requirement } from "./require.ts";
import { BrowserChat, browserImageUsable } from "./support/browser-chat.ts";
import { engineChat } from "./support/engine-chats.ts";
import { docker } from "./support/engine.ts";

const ada = engineChat("browser-hostile");
const usable = process.env["PRAKTOR_LONG"] === "1" && requirement("docker", await browserImageUsable()) === "run";
const agents = "pgrep -f '^node /opt/praktor/agent-runner|^/opt/praktor/claude' | xargs";

describe.runIf(usable)("a browser among hostile pages", { timeout: 300_000 }, () => {
  let browser: BrowserChat;

  beforeAll(async () => {
    browser = await BrowserChat.start(ada);
  }, 120_000);
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
  });

  /** That it still works, and that nothing stayed. */
  const worksAndLeavesNothing = async (): Promise<void> => {
    const well = `agent-browser open ${browser.site.url}/well && agent-browser get text h1 && agent-browser close`;
    expect(await browser.shell(well)).toContain("This is /well");
    await browser.nothingLeft();
  };
  const after = (): string =>
    `agent-browser open ${browser.site.url}/after; agent-browser get text h1; agent-browser close`;
  const memory = async (): Promise<{ peakMb: number; limitMb: number; killed: number }> => {
    const files = "cd /sys/fs/cgroup; [ -f memory.peak ] || cd memory;";
    const read = async (names: string): Promise<number> =>
      Number((await browser.shell(`${files} cat ${names} 2>/dev/null | head -1`)).trim());
    const kills = await browser.shell(`${files} sed -n 's/^oom_kill //p' memory.events memory.oom_control 2>/dev/null`);
    const mib = 1024 * 1024;
    return {
      peakMb: Math.round((await read("memory.peak memory.max_usage_in_bytes")) / mib),
      limitMb: Math.round((await read("memory.max memory.limit_in_bytes")) / mib),
      killed: Number(kills.split("\n")[0]),
    };
  };

  test("ten sessions in a row leave neither a process nor a profile, and stay within the sandbox's memory", async () => {
    await browser.free();
    const session = `agent-browser open ${browser.site.url}/links && agent-browser tab new ${browser.site.url}/other && agent-browser get text h1 && agent-browser screenshot page.png && agent-browser close`;
    const said = await browser.shell(`for i in $(seq 10); do ${session}; done`, {}, 120);
    expect(said.match(/This is \/other/g)).toHaveLength(10);
    await browser.nothingLeft();
    const { peakMb, limitMb, killed } = await memory();
    console.log(`ten sessions: at most ${peakMb} MiB of ${limitMb} MiB, ${killed} processes killed for memory`);
    expect(killed).toBe(0);
    expect(peakMb).toBeLessThan(limitMb);
  });

  test("ten thousand windows: one opens for a click, none without", async () => {
    await browser.free();
    const windows = (): number => browser.site.visits.filter((visit) => visit === "GET /window").length;
    // Each refusal costs the page a while, so that the commands wait.
    await browser.shell(`agent-browser open ${browser.site.url}/windows`, {}, 120);
    expect(windows()).toBe(0);
    await browser.shell("agent-browser click button", {}, 120);
    console.log(`ten thousand windows asked for: ${windows()} opened`);
    expect(windows()).toBeLessThan(2);
    await browser.free();
    await worksAndLeavesNothing();
  });

  test("endless downloads end the browser at their bound and leave nothing unfinished; the agent is told", async () => {
    await browser.free();
    const measure =
      "most=0; while pgrep -f '[b]rowser/keeper [0-9]' >/dev/null; do now=$(du -sm /workspace/group/downloads 2>/dev/null | cut -f1); [ \"${now:-0}\" -le $most ] || most=$now; sleep 0.1; done; echo peak $most";
    const first = await browser.shell(
      `agent-browser open ${browser.site.url}/downloads & sleep 1; ${measure}; wait`,
      {},
      120,
    );
    await browser.browserIsGone();
    const peak = Number(/^peak (\d+)$/m.exec(first)?.[1]);
    console.log(`endless downloads: at most ${peak} MiB on the disk`);
    expect(peak).toBeGreaterThan(512);
    expect(peak).toBeLessThan(2_048);
    const next = await browser.shell(`agent-browser open ${browser.site.url}/next`);
    expect(first + next).toContain("[Praktor: downloads took more than the 1024 MiB");
    await browser.free();
    await worksAndLeavesNothing();
    expect(Number(await browser.shell("du -sm /workspace/group | cut -f1"))).toBeLessThan(10);
  });

  test("ten thousand dialogs: the agent is told of each, and closing ends them", async () => {
    await browser.free();
    await browser.shell(`agent-browser open ${browser.site.url}/dialogs`);
    const seen = async (): Promise<string> => await browser.shell("agent-browser snapshot");
    await expect.poll(seen, { timeout: 60_000 }).toContain("A JavaScript confirm dialog is blocking the page");
    expect(await browser.shell("agent-browser dialog dismiss && agent-browser read")).toContain("dialog is blocking");
    await browser.free();
    await worksAndLeavesNothing();
  });

  test("a page that eats memory loses its browser, the agent is told, and goes on", async () => {
    await browser.free();
    const before = await browser.shell(agents);
    const since = browser.system.telegram.sequence;
    const gone = "timeout 60 sh -c 'while pgrep -f [b]rowser/keeper >/dev/null; do sleep 0.2; done'";
    browser.system.say(
      `bash: agent-browser open ${browser.site.url}/memory; ${gone}; agent-browser snapshot; true\n\nbash: ${after()}`,
      ada,
    );
    const answer = await browser.system.answer(ada, since, 150_000);
    expect(answer.text).toContain("[Praktor: a page took more than the 1024 MiB of memory that it may have");
    expect(answer.text).toContain("This is /after");
    expect(await browser.shell(agents)).toContain(before);
    const state = await docker("inspect", "--format", "{{.State.OOMKilled}} {{.RestartCount}}", browser.container);
    expect(state).toBe("false 0");
    await browser.nothingLeft();
  });

  test("a page that hangs is told of, and its browser closed", async () => {
    await browser.free();
    const said = await browser.shell(
      `agent-browser open ${browser.site.url}/hangs; sleep 1; agent-browser snapshot`,
      {},
      120,
    );
    expect(said).toContain("[Praktor: the page stopped responding, so the browser was closed.");
    await browser.browserIsGone();
    await worksAndLeavesNothing();
  });

  test("goes before the agent when the sandbox's memory is full, and the agent is told", async () => {
    await browser.free();
    const before = await browser.shell(agents);
    expect(before).toMatch(/^\d+ \d+/);
    // What this page takes is less than one process may have, and more than is left beside what the agent holds.
    const limit = async (size: string): Promise<string> =>
      await docker("update", "--memory", size, "--memory-swap", size, browser.container);
    await limit("768m");
    const since = browser.system.telegram.sequence;
    const held = `python3 -c 'held = b"x" * 250_000_000; import time; time.sleep(300)' & held=$!`;
    const until = "timeout 60 sh -c 'until [ -f /tmp/praktor-browser/note ]; do sleep 0.2; done'";
    browser.system.say(
      `bash: ${held}; agent-browser open ${browser.site.url}/memory 2>&1 | tee /tmp/said; grep -q 'memory was full' /tmp/said || ${until}; kill $held; rm /tmp/said; agent-browser snapshot; true\n\nbash: ${after()}`,
      ada,
    );
    const answer = await browser.system.answer(ada, since, 150_000);
    await limit("2048m");
    // Whichever comes first: the kernel looks for what to end, or a page that gets no memory stops to answer.
    expect(answer.text).toMatch(
      /\[Praktor: (this sandbox's memory was full, and the kernel ended the browser|the page stopped responding, so the browser was closed)/,
    );
    expect(answer.text).toContain("This is /after");
    expect(await browser.shell(agents)).toBe(before);
    await browser.nothingLeft();
  });
});
