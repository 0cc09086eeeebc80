/** The browser that an agent drives, in a real hardened container: what it can do, and what its group's network lets it reach. */
import { GroupNetworkView } from "@praktor/protocol/network";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requirement } from "./require.ts";
import { BrowserChat, browserImageUsable } from "./support/browser-chat.ts";
import { BrowserSite } from "./support/browser-site.ts";
import { engineChat } from "./support/engine-chats.ts";
import { docker } from "./support/engine.ts";

const usable = await browserImageUsable();
const ada = engineChat("browser");
/** Stands for the internet: an address that is nobody's but this machine's own end of a bridge that the test makes. */
const world = { name: `praktor-test-world-${ada}`, subnet: "44.203.80.0/24", address: "44.203.80.1" };

describe.runIf(requirement("docker", usable) === "run")("an agent's browser", { timeout: 120_000 }, () => {
  let browser: BrowserChat;

  beforeAll(async () => {
    browser = await BrowserChat.start(ada);
    await docker("network", "rm", world.name).catch(() => "");
    await docker("network", "create", "--subnet", world.subnet, "--gateway", world.address, world.name);
  }, 120_000);
  afterAll(async () => {
    await docker("network", "rm", world.name).catch(() => "");
    await browser?.[Symbol.asyncDispose]();
  });

  test("logs in, fills a form with a file, downloads the result and shows it with a photo in the chat", async () => {
    const since = browser.system.telegram.sequence;
    const steps = [
      `agent-browser open ${browser.site.url}/form && agent-browser snapshot -i`,
      `agent-browser find label Name fill Ada && agent-browser find label Password fill opensesame && agent-browser find role button click --name "Log in" && agent-browser wait --text Welcome`,
      `printf 'a paper' > paper.txt; agent-browser find label Wish fill 'a moon' && agent-browser select 'select' Paid && agent-browser upload 'input[type=file]' paper.txt`,
      `agent-browser click 'button' && agent-browser wait --text 'Thank you' && agent-browser read`,
      `agent-browser download 'a' result.csv && agent-browser screenshot done.png`,
      `agent-browser tab new ${browser.site.url}/other && agent-browser wait --text 'This is' && agent-browser get text h1 && agent-browser tab t1 && agent-browser get text h1`,
    ];
    const commands = steps.map((step) => `bash: ${step}`);
    const files = ["result.csv", "done.png"].map((path) => `tool send_file ${JSON.stringify({ path })}`);
    browser.system.say([...commands, ...files].join("\n\n"), ada);
    const answer = await browser.system.answerMatching(/on its way/, ada, since);
    expect(answer.text).toMatch(/textbox "Password/);
    expect(answer.text).toMatch(/This is \/other\s+(?:✓[^\n]*\n|→[^\n]*\n|[^\n]*\n)*?Thank you/);
    const sentFiles = browser.system.telegram.sent(ada).filter((message) => message.file !== undefined);
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
      JSON.stringify(browser.system.model.requests.filter((made) => made.body !== undefined).at(index)?.body);
    expect(asked(0)).toContain("praktor:browser");
    expect(asked(0)).not.toContain("Endless dialogs");
    await browser.system.ask('tool Skill {"skill":"praktor:browser"}', ada);
    expect(asked(-1)).toContain("Endless dialogs");
    // While it is read the browser's program comes from the disk: what is run for that is not shown.
    expect(asked(-1)).not.toContain("keeper ahead");
  });

  test("is driven by one conversation at a time", async () => {
    await browser.free();
    await browser.shell(`agent-browser open ${browser.site.url}/one`);
    const other = await browser.shell(`agent-browser open ${browser.site.url}/two`, {
      PRAKTOR_CONVERSATION_ID: "other",
    });
    expect(other).toContain("Another conversation of this group is using the browser");
    expect(browser.site.visits).not.toContain("GET /two");
  });

  test("keeps the group's cookies, and after one session upon another neither a process nor a second profile", async () => {
    await browser.free();
    const once = `agent-browser open ${browser.site.url}/form && agent-browser get text h1 && agent-browser close`;
    const said = await browser.shell(`for i in $(seq 2); do ${once}; done`);
    expect(said.match(/Welcome, Ada/g)).toHaveLength(2);
    await browser.nothingLeft();
  });

  test("closes when nobody uses it, and starts again after it was killed", async () => {
    await browser.free();
    await browser.shell(`agent-browser open ${browser.site.url}/idle`, { AGENT_BROWSER_IDLE_TIMEOUT_MS: "500" });
    await browser.nothingRuns();
    await browser.shell(
      `agent-browser open ${browser.site.url}/alive && kill -9 $(pgrep -f ^/usr/lib/chromium/chromium)`,
    );
    expect(await browser.shell("agent-browser snapshot")).toContain("[Praktor: no browser is open");
    expect(await browser.shell(`agent-browser open ${browser.site.url}/again && agent-browser get text h1`)).toContain(
      "This is /again",
    );
  });

  test("shows files of the workspace, and neither others nor its own settings", async () => {
    await browser.free();
    await browser.shell("echo '<h1>drawn here</h1>' > drawn.html");
    const own = "agent-browser open file:///workspace/group/drawn.html && agent-browser get text h1";
    expect(await browser.shell(own)).toContain("drawn here");
    for (const url of ["file:///etc/passwd", "file:///proc/self/environ", "chrome://version"]) {
      expect(await browser.shell(`agent-browser open ${url}`)).toContain(
        "[Praktor: the browser opens neither its own settings",
      );
    }
  });

  test("is closed by endless downloads, which leave nothing, and the agent is told", async () => {
    await browser.free();
    const first = await browser.shell(`agent-browser open ${browser.site.url}/downloads`, {
      PRAKTOR_BROWSER_DOWNLOADS_MB: "20",
    });
    await browser.browserIsGone();
    expect(browser.site.visits).toContain("GET /endless");
    // The sentence comes with whichever command is the first to end after it.
    const next = await browser.shell(`agent-browser open ${browser.site.url}/well && agent-browser get text h1`);
    expect(first + next).toContain("[Praktor: downloads took more than the 20 MiB");
    expect(next).toContain("This is /well");
    await browser.shell("agent-browser close");
    await browser.nothingLeft();
  });

  test("reaches under `allowlist` what the gateway's own proxy lets through, and under `none` nothing", async () => {
    const [allowed, other] = [new BrowserSite(), new BrowserSite()];
    await using _ = allowed;
    await using __ = other;
    await allowed.listen(world.address);
    await other.listen(world.address);
    await browser.free();
    const login =
      "agent-browser find label Password fill opensesame && agent-browser find role button click --name 'Log in' && agent-browser wait --text Welcome";
    await browser.shell(`agent-browser open ${allowed.url}/form && ${login}; agent-browser close`);
    const limited = async (body: object): Promise<void> => {
      const headers = { "content-type": "application/json" };
      const url = `${browser.system.gateway.web}/api/groups/${ada}`;
      expect((await fetch(url, { method: "PATCH", headers, body: JSON.stringify(body) })).status).toBe(200);
    };
    const browse = async (...commands: string[]): Promise<string> => {
      const script = commands.map((command) => `agent-browser ${command} 2>&1`).join("; ");
      return (await browser.system.ask(`bash: ${script}; true`, ada, 110_000)).text;
    };
    const place = ({ url }: BrowserSite): string => new URL(url).host;
    const earlier = browser.site.visits.length;
    await limited({ network: "allowlist", network_allow: [place(allowed), place(browser.site)] });
    const said = await browse(
      // In a new sandbox, for the policy is another: the cookie is the group's.
      `open ${allowed.url}/form`,
      "get text h1",
      `open ${allowed.url}/links`,
      "get text h1",
      "click '#file'",
      "click '#chrome'",
      "get url",
      `open ${other.url}/elsewhere`,
      "read",
      `open ${browser.site.url}/private`,
      "read",
      `open '${allowed.url}/redirect?to=${encodeURIComponent(`${other.url}/redirected`)}'`,
      "open https://forbidden.example/",
    );
    expect(said).toMatch(/^Welcome, Ada$/m);
    expect(said).toContain("Links");
    expect(said).toMatch(new RegExp(`^${allowed.url}/links$`, "m"));
    expect(said).toContain(`${place(other)} is not on this group's list of allowed hosts`);
    expect(said).toContain("does not lead to a public address");
    expect(said).toContain("[Praktor: this address is not to be reached from this group's sandbox");
    expect(allowed.visits).toEqual(expect.arrayContaining(["GET /links", "GET /redirect"]));
    expect([...other.visits, ...browser.site.visits.slice(earlier)]).toEqual([]);
    // What the pages wanted, and nothing of the browser's own accord: no service of its maker is asked for.
    const { refused } = GroupNetworkView.parse(await browser.system.getJson(`/api/groups/${ada}/network`));
    const wanted = ["forbidden.example", "10.99.0.1", place(other), place(browser.site)];
    expect(new Set(refused.map(({ host }) => host))).toEqual(new Set(wanted));
    // The log has no more than some lines of each kind in a while.
    expect(browser.system.log.map(({ msg }) => msg)).toContain("an agent was refused a host");
    await limited({ network: "none" });
    expect(await browse(`open ${allowed.url}/cut`)).toContain("[Praktor: this group has no network");
    expect(allowed.visits).not.toContain("GET /cut");
  });
});
