/** The browser that an agent drives, in a real hardened container: what it can do, what it leaves, and what a hostile page gets. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { GroupNetworkView } from "@praktor/protocol/network";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requirement } from "./require.ts";
import { BrowserSite } from "./support/browser-site.ts";
import { engineChat } from "./support/engine-chats.ts";
import { docker, engineAnswers, imageExists, removeGroups } from "./support/engine.ts";
import { System } from "./support/system.ts";

const image = process.env["PRAKTOR_TEST_AGENT_IMAGE"] ?? "praktor-agent:latest";
const usable = (await engineAnswers()) && (await imageExists(image)) && (await hasBrowser());
const ada = engineChat("browser");
/** Whose agent has the slim image. */
const grace = engineChat("browser", 1);
const long = process.env["PRAKTOR_LONG"] === "1";
const sessions = long ? 10 : 2;
async function hasBrowser(): Promise<boolean> {
  const label = '{{index .Config.Labels "praktor.browser"}}';
  return (await docker("image", "inspect", "--format", label, image)) === "chromium";
}

const container = `praktor-agent-${ada}`;
/** Stands for the internet: an address that is nobody's but this machine's own end of a bridge that the test makes. */
const world = { name: `praktor-test-world-${ada}`, subnet: "44.203.80.0/24", address: "44.203.80.1" };

test("where the image has no browser, the command in its place says so and what to do", async () => {
  const folder = join(import.meta.dirname, "../agent-runner/image/no-browser");
  const refused = promisify(execFile)("sh", [join(folder, "agent-browser"), "open", "https://example.org"]);
  await expect(refused).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("There is no browser") });
  expect(await readFile(join(folder, "skill/SKILL.md"), "utf8")).toMatch(
    /^---\nname: browser\ndescription: There is no browser/,
  );
});

const slim = process.env["PRAKTOR_TEST_SLIM_IMAGE"] ?? "praktor-agent:slim";
test.runIf(long && (await imageExists(slim)))(
  "an agent in the slim image is told that there is no browser",
  async () => {
    await removeGroups(grace);
    const folder = await mkdtemp(join(tmpdir(), "praktor-slim-"));
    await writeFile(join(folder, "praktor.yaml"), `agent:\n  image: ${slim}\n`);
    const environment = {
      PRAKTOR_CONFIG: join(folder, "praktor.yaml"),
      PRAKTOR_SANDBOX: "docker",
      PRAKTOR_TELEGRAM_ALLOW_FROM: String(grace),
    };
    try {
      await using system = await System.start({ environment });
      const answer = await system.ask("bash: agent-browser open https://example.org 2>&1", grace);
      expect(answer.text).toContain("There is no browser in this sandbox");
      const asked = JSON.stringify(system.model.requests.find((made) => made.body !== undefined)?.body);
      expect(asked).toContain("There is no browser in this sandbox - read pages with WebFetch or curl");
    } finally {
      await removeGroups(grace);
      await rm(folder, { recursive: true, force: true });
    }
  },
  120_000,
);

describe.runIf(requirement("docker", usable) === "run")("an agent's browser", { timeout: 240_000 }, () => {
  let folder: string;
  let system: System;
  let gatewayAddress: string;
  const site = new BrowserSite();

  beforeAll(async () => {
    await removeGroups(ada);
    folder = await mkdtemp(join(tmpdir(), "praktor-browser-"));
    await writeFile(join(folder, "praktor.yaml"), `agent:\n  image: ${image}\n`);
    system = await System.start({
      environment: {
        PRAKTOR_CONFIG: join(folder, "praktor.yaml"),
        PRAKTOR_SANDBOX: "docker",
        PRAKTOR_TELEGRAM_ALLOW_FROM: String(ada),
      },
    });
    await system.ask("echo up", ada);
    const gateways = "{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}";
    gatewayAddress = await docker("inspect", "--format", gateways, container);
    await site.listen(gatewayAddress);
    await docker("network", "rm", world.name).catch(() => "");
    await docker("network", "create", "--subnet", world.subnet, "--gateway", world.address, world.name);
  }, 120_000);
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await docker("network", "rm", world.name).catch(() => "");
    await system?.[Symbol.asyncDispose]();
    await removeGroups(ada);
    await rm(folder, { recursive: true, force: true });
  });

  /** As the agent's shell would, without a turn of its own; what fails is told too. */
  const shell = async (script: string, environment: Record<string, string> = {}): Promise<string> => {
    const variables = Object.entries({ PRAKTOR_CONVERSATION_ID: "test", ...environment });
    const given = variables.flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    return await docker("exec", ...given, container, "bash", "-c", `(${script}) 2>&1 || true`);
  };
  /** The agent's conversation may have used it a moment ago: nobody waits for that minute here. */
  const free = async (): Promise<void> => {
    await shell("rm -f /tmp/praktor-browser/owner; agent-browser close --all");
  };
  const processes = async (): Promise<string> =>
    await shell("ps -eo args | grep -E '[c]hromium|[a]gent-browser.bin|[b]rowser/keeper'");
  const nothingRuns = async (): Promise<void> => {
    await expect.poll(processes, { timeout: 30_000, interval: 300 }).toBe("");
  };
  /** With its keeper; its driver stays until it is idle. */
  const browserIsGone = async (): Promise<void> => {
    const look = async (): Promise<string> => await shell("ps -eo args | grep -E '[c]hromium|[b]rowser/keeper'");
    await expect.poll(look, { timeout: 60_000, interval: 300 }).toBe("");
  };
  /** What a browser may leave beyond its group's cookie store: nothing. */
  const nothingLeft = async (): Promise<void> => {
    await nothingRuns();
    const left = await shell(
      "ls -d ~/.claude/browser*/ /tmp/*chrom* /tmp/.*chrom* /tmp/agent-browser* ~/.agent-browser/*.sock 2>/dev/null; ls -A /tmp/praktor-browser; find /workspace/group -name '*.crdownload'",
    );
    expect(left).toBe("/home/praktor/.claude/browser/\nowner");
  };

  test("logs in, fills a form with a file, downloads the result and shows it with a photo in the chat", async () => {
    const since = system.telegram.sequence;
    const steps = [
      `agent-browser open ${site.url}/form && agent-browser snapshot -i`,
      `agent-browser find label Name fill Ada && agent-browser find label Password fill opensesame && agent-browser find role button click --name "Log in" && agent-browser wait --text Welcome`,
      `printf 'a paper' > paper.txt; agent-browser find label Wish fill 'a moon' && agent-browser select 'select' Paid && agent-browser upload 'input[type=file]' paper.txt`,
      `agent-browser click 'button' && agent-browser wait --text 'Thank you' && agent-browser read`,
      `agent-browser download 'a' result.csv && agent-browser screenshot done.png`,
      `agent-browser tab new ${site.url}/other && agent-browser get text h1 && agent-browser tab t1 && agent-browser get text h1`,
    ];
    const commands = steps.map((step) => `bash: ${step}`);
    const files = ["result.csv", "done.png"].map((path) => `tool send_file ${JSON.stringify({ path })}`);
    system.say([...commands, ...files].join("\n\n"), ada);
    const answer = await system.answerMatching(/on its way/, ada, since);
    expect(answer.text).toMatch(/textbox "Password/);
    expect(answer.text).toMatch(/This is \/other\s+(?:✓[^\n]*\n|→[^\n]*\n|[^\n]*\n)*?Thank you/);
    const sentFiles = system.telegram.sent(ada).filter((message) => message.file !== undefined);
    const [table, photo] = sentFiles.map((message) => message.file);
    expect(table).toMatchObject({ kind: "document", name: "result.csv" });
    expect(Buffer.from(table?.bytes ?? []).toString()).toBe("wish,plan,file\na moon,Paid,a paper\n");
    expect(photo).toMatchObject({ kind: "photo" });
    expect(
      Buffer.from(photo?.bytes ?? [])
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
  });

  test("is told of in a skill that costs a line until it is needed", async () => {
    const asked = (index: number): string =>
      JSON.stringify(system.model.requests.filter((made) => made.body !== undefined).at(index)?.body);
    expect(asked(0)).toContain("praktor:browser");
    expect(asked(0)).not.toContain("Endless dialogs");
    await system.ask('tool Skill {"skill":"praktor:browser"}', ada);
    expect(asked(-1)).toContain("Endless dialogs");
    // While it is read the browser's program comes from the disk: what is run for that is not shown.
    expect(asked(-1)).not.toContain("keeper ahead");
  });

  test("is driven by one conversation at a time", async () => {
    await free();
    await shell(`agent-browser open ${site.url}/one`);
    const other = await shell(`agent-browser open ${site.url}/two`, { PRAKTOR_CONVERSATION_ID: "other" });
    expect(other).toContain("Another conversation of this group is using the browser");
    expect(site.visits).not.toContain("GET /two");
  });

  test("keeps the group's cookies, and after one session upon another neither a process nor a second profile", async () => {
    await free();
    const once = `agent-browser open ${site.url}/form && agent-browser get text h1 && agent-browser close`;
    const said = await shell(`for i in $(seq ${sessions}); do ${once}; done`);
    expect(said.match(/Welcome, Ada/g)).toHaveLength(sessions);
    await nothingLeft();
  });

  test("closes when nobody uses it, and starts again after it was killed", async () => {
    await free();
    await shell(`agent-browser open ${site.url}/idle`, { AGENT_BROWSER_IDLE_TIMEOUT_MS: "500" });
    await nothingRuns();
    await shell(`agent-browser open ${site.url}/alive && kill -9 $(pgrep -f ^/usr/lib/chromium/chromium)`);
    expect(await shell("agent-browser snapshot")).toContain("[Praktor: no browser is open");
    expect(await shell(`agent-browser open ${site.url}/again && agent-browser get text h1`)).toContain(
      "This is /again",
    );
  });

  test("shows files of the workspace, and neither others nor its own settings", async () => {
    await free();
    await shell("echo '<h1>drawn here</h1>' > drawn.html");
    const own = "agent-browser open file:///workspace/group/drawn.html && agent-browser get text h1";
    expect(await shell(own)).toContain("drawn here");
    for (const url of ["file:///etc/passwd", "file:///proc/self/environ", "chrome://version"]) {
      expect(await shell(`agent-browser open ${url}`)).toContain(
        "[Praktor: the browser opens neither its own settings",
      );
    }
  });

  test("is closed by endless downloads, which leave nothing, and the agent is told", async () => {
    await free();
    const first = await shell(`agent-browser open ${site.url}/downloads`, { PRAKTOR_BROWSER_DOWNLOADS_MB: "20" });
    await browserIsGone();
    expect(site.visits).toContain("GET /endless");
    // The sentence comes with whichever command is the first to end after it.
    const next = await shell(`agent-browser open ${site.url}/well && agent-browser get text h1`);
    expect(first + next).toContain("[Praktor: downloads took more than the 20 MiB");
    expect(next).toContain("This is /well");
    await shell("agent-browser close");
    await nothingLeft();
  });

  test.runIf(long)("ten thousand windows, endless downloads and dialogs stay within bounds", async () => {
    const windows = (): number => site.visits.filter((visit) => visit === "GET /window").length;
    const size = "du -sm downloads 2>/dev/null | cut -f1";
    await free();
    await shell(`timeout 15 agent-browser open ${site.url}/windows; agent-browser click button; agent-browser tab`);
    // One for the click, as a person would get; the second try of the page gets none.
    expect(windows()).toBeLessThan(3);
    await free();
    await nothingLeft();
    // Long enough for a gibibyte: until the keeper has closed it.
    const peak = await shell(
      `agent-browser open ${site.url}/downloads; most=0; until [ -f /tmp/praktor-browser/note ]; do now=$(${size}); [ "$now" -le "$most" ] || most=$now; sleep 0.2; done; echo peak $most`,
    );
    expect(Number(/peak (\d+)/.exec(peak)?.[1])).toBeLessThan(2_048);
    await nothingRuns();
    await shell(`agent-browser open ${site.url}/dialogs; timeout 5 agent-browser snapshot`);
    await free();
    expect(await shell(`agent-browser open ${site.url}/well && agent-browser get text h1`)).toContain("This is /well");
    await free();
    await nothingLeft();
    expect(Number((await shell(size)) || 0)).toBeLessThan(10);
  });

  test.runIf(long)("a page that eats memory loses its process, the agent is told, and goes on", async () => {
    await free();
    const since = system.telegram.sequence;
    system.say(
      `bash: agent-browser open ${site.url}/memory; sleep 3; agent-browser snapshot\n\nbash: agent-browser open ${site.url}/after; agent-browser get text h1; agent-browser close`,
      ada,
    );
    const answer = await system.answer(ada, since, 120_000);
    expect(answer.text).toContain("took more memory than one page may have here");
    expect(answer.text).toContain("This is /after");
    expect(await docker("inspect", "--format", "{{.State.OOMKilled}} {{.RestartCount}}", container)).toBe("false 0");
  });

  test.runIf(long)("goes before the agent when the sandbox's memory is full, and the agent is told", async () => {
    await free();
    const agents = "pgrep -f '^node /opt/praktor/agent-runner|^/opt/praktor/claude' | xargs";
    const before = await shell(agents);
    expect(before).toMatch(/^\d+ \d+/);
    // What this page takes is less than one process may have, and more than is left beside what the agent holds.
    const limit = async (size: string): Promise<string> =>
      await docker("update", "--memory", size, "--memory-swap", size, container);
    await limit("768m");
    const since = system.telegram.sequence;
    const until = "timeout 60 sh -c 'until [ -f /tmp/praktor-browser/note ]; do sleep 0.2; done'";
    const held = `(head -c 200000000 /dev/zero | tail -c 200000000 | sleep 60) & held=$!;`;
    system.say(
      `bash: ${held} agent-browser open ${site.url}/memory 2>&1 | tee /tmp/said; grep -q 'memory was full' /tmp/said || ${until}; kill $held; rm /tmp/said; agent-browser snapshot\n\nbash: agent-browser open ${site.url}/after; agent-browser get text h1; agent-browser close`,
      ada,
    );
    const answer = await system.answer(ada, since, 120_000);
    await limit("2048m");
    expect(answer.text).toContain("[Praktor: this sandbox's memory was full, and the kernel ended the browser");
    expect(answer.text).toContain("This is /after");
    expect(await shell(agents)).toBe(before);
    await nothingLeft();
  });

  test("reaches under `allowlist` what the gateway's own proxy lets through, and under `none` nothing", async () => {
    const [allowed, other] = [new BrowserSite(), new BrowserSite()];
    await using _ = allowed;
    await using __ = other;
    await allowed.listen(world.address);
    await other.listen(world.address);
    const limited = async (body: object): Promise<void> => {
      const headers = { "content-type": "application/json" };
      const url = `${system.gateway.web}/api/groups/${ada}`;
      expect((await fetch(url, { method: "PATCH", headers, body: JSON.stringify(body) })).status).toBe(200);
    };
    const browse = async (...commands: string[]): Promise<string> => {
      const script = commands.map((command) => `agent-browser ${command} 2>&1`).join("; ");
      return (await system.ask(`bash: ${script}; true`, ada, 110_000)).text;
    };
    const place = ({ url }: BrowserSite): string => new URL(url).host;
    const earlier = site.visits.length;
    await limited({ network: "allowlist", network_allow: [place(allowed), place(site)] });
    const said = await browse(
      `open ${allowed.url}/links`,
      "get text h1",
      "click '#file'",
      "click '#chrome'",
      "get url",
      `open ${other.url}/elsewhere`,
      "read",
      `open ${site.url}/private`,
      "read",
      `open '${allowed.url}/redirect?to=${encodeURIComponent(`${other.url}/redirected`)}'`,
      "open https://forbidden.example/",
    );
    expect(said).toContain("Links");
    expect(said).toMatch(new RegExp(`^${allowed.url}/links$`, "m"));
    expect(said).toContain(`${place(other)} is not on this group's list of allowed hosts`);
    expect(said).toContain("does not lead to a public address");
    expect(said).toContain("[Praktor: this address is not to be reached from this group's sandbox");
    expect(allowed.visits).toEqual(expect.arrayContaining(["GET /links", "GET /redirect"]));
    expect([...other.visits, ...site.visits.slice(earlier)]).toEqual([]);
    // What the pages wanted, and nothing of the browser's own accord: no service of its maker is asked for.
    const { refused } = GroupNetworkView.parse(await system.getJson(`/api/groups/${ada}/network`));
    const wanted = ["forbidden.example", "10.99.0.1", place(other), place(site)];
    expect(new Set(refused.map(({ host }) => host))).toEqual(new Set(wanted));
    // The log has no more than some lines of each kind in a while.
    expect(system.log.map(({ msg }) => msg)).toContain("an agent was refused a host");
    await limited({ network: "none" });
    expect(await browse(`open ${allowed.url}/cut`)).toContain("[Praktor: this group has no network");
    expect(allowed.visits).not.toContain("GET /cut");
  });
});
