/** The browser that an agent drives, in a real hardened container: what it can do, what it leaves, and what a hostile page gets. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requirement } from "./require.ts";
import { BrowserSite } from "./support/browser-site.ts";
import { docker, engineAnswers, imageExists, removeGroups } from "./support/engine.ts";
import { StrictProxy } from "./support/strict-proxy.ts";
import { System } from "./support/system.ts";

const image = process.env["PRAKTOR_TEST_AGENT_IMAGE"] ?? "praktor-agent:latest";
const usable = (await engineAnswers()) && (await imageExists(image)) && (await hasBrowser());
/** Chats that no real installation on the same engine has. */
const ada = 990_052;
const long = process.env["PRAKTOR_LONG"] === "1";
const sessions = long ? 10 : 2;
async function hasBrowser(): Promise<boolean> {
  const label = '{{index .Config.Labels "praktor.browser"}}';
  return (await docker("image", "inspect", "--format", label, image)) === "chromium";
}

const container = `praktor-agent-${ada}`;

describe.runIf(requirement("docker", usable) === "run")("an agent's browser", { timeout: 120_000 }, () => {
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
  }, 120_000);
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
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
  const processes = async (): Promise<string> => await shell("ps -eo args | grep -E '[c]hromium|[a]gent-browser.bin'");

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
    const asked = JSON.stringify(system.model.requests.find((made) => made.body !== undefined)?.body);
    expect(asked).toContain("praktor:browser");
    expect(asked).not.toContain("Endless dialogs");
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
    expect(await processes()).toBe("");
    const left = await shell(
      "ls -d ~/.claude/browser*/ /tmp/*chrom* /tmp/.*chrom* /tmp/agent-browser* ~/.agent-browser/*.sock 2>/dev/null; ls -A /tmp/praktor-browser/tmp",
    );
    expect(left).toBe("/home/praktor/.claude/browser/");
  });

  test("closes when nobody uses it, and starts again after it was killed", async () => {
    await free();
    await shell(`agent-browser open ${site.url}/idle`, { AGENT_BROWSER_IDLE_TIMEOUT_MS: "500" });
    await expect.poll(processes, { timeout: 20_000, interval: 300 }).toBe("");
    await shell(`agent-browser open ${site.url}/alive && kill -9 $(pgrep -f ^/usr/lib/chromium/chromium)`);
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
      expect(await shell(`agent-browser open ${url}`)).toContain("ERR_BLOCKED_BY_ADMINISTRATOR");
    }
  });

  test.runIf(long)("ten thousand windows, endless downloads and dialogs stay within bounds", async () => {
    await free();
    const size = "du -sm downloads 2>/dev/null | cut -f1";
    await shell(`timeout 15 agent-browser open ${site.url}/windows`);
    expect(site.visits.filter((visit) => visit === "GET /window").length).toBeLessThan(3);
    await free();
    const downloads = await shell(`timeout 8 agent-browser open ${site.url}/downloads; sleep 2; ${size}`);
    expect(Number(downloads.split("\n").at(-1) || 0)).toBeLessThan(2_000);
    await free();
    await shell(`timeout 5 agent-browser open ${site.url}/dialogs`);
    await free();
    expect(await shell(`agent-browser open ${site.url}/well && agent-browser get text h1`)).toContain("This is /well");
    // What was cut stays in part, each within the limit of one file.
    expect(Number((await shell(size)) || 0)).toBeLessThan(2_000);
  });

  test("goes through the proxy alone, with its credentials, wherever a page wants to lead it", async () => {
    await free();
    await using proxy = new StrictProxy(new URL(site.url).host);
    await proxy.listen(gatewayAddress);
    const outside = new BrowserSite();
    await using _ = outside;
    await outside.listen(gatewayAddress);
    const environment = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url };
    const said = await shell(
      [
        `agent-browser open ${site.url}/links && agent-browser get text h1`,
        "agent-browser click '#file'; agent-browser click '#chrome'; agent-browser get url",
        `agent-browser open '${site.url}/redirect?to=${outside.url}/private'; agent-browser read`,
        "agent-browser open https://forbidden.example/",
      ].join("; "),
      environment,
    );
    expect(said).toContain(`${site.url}/links`);
    expect(said).toContain("The policy does not allow this host.");
    expect(said).toContain("not to be reached from this group's sandbox");
    expect(outside.visits).toEqual([]);
    expect(proxy.asked).toEqual(
      expect.arrayContaining([
        "http://forbidden.example/fetch",
        "http://forbidden.example/beacon",
        `${outside.url}/private`,
        "forbidden.example:443",
      ]),
    );
    // Nothing of its own accord: no service of its maker hears of it.
    const hosts = [...proxy.asked, ...proxy.strangers].map((asked) => asked.replace(/^http:\/\//, "").split(/[:/]/)[0]);
    expect(new Set(hosts)).toEqual(new Set([gatewayAddress, "10.99.0.1", "forbidden.example"]));
    await free();
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
});
