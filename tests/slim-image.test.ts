/** The agents' image without a browser: what an agent is told there, and that the rest of the web works as ever. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GroupNetworkView } from "@praktor/protocol/network";
import { defaultScript } from "@praktor/simulators/messages/default-script";
import { refuse } from "@praktor/simulators/messages/script";
import { describe, expect, test } from "vitest";
import { requirement } from "./require.ts";
import { engineChat } from "./support/engine-chats.ts";
import { docker, engineAnswers, imageExists, removeGroups } from "./support/engine.ts";
import { InternetSite } from "./support/internet-site.ts";
import { System } from "./support/system.ts";
import { TrustingImage } from "./support/trusting-image.ts";

const slim = process.env["PRAKTOR_TEST_SLIM_IMAGE"] ?? "praktor-agent:slim";
const usable = (await engineAnswers()) && (await imageExists(slim));
const long = usable && process.env["PRAKTOR_LONG"] === "1";
const ada = engineChat("slim-image");
/** Whose agent's WebFetch asks about each domain first. */
const grace = engineChat("slim-image", 1);

describe.runIf(requirement("docker", usable) === "run")("the slim image", { timeout: 240_000 }, () => {
  test("has a command in the browser's place that says so and what to do, and a skill that says it beforehand", async () => {
    const script =
      "! command -v chromium && head -4 /opt/praktor/plugin/skills/browser/SKILL.md; agent-browser open https://example.org 2>&1; echo $?";
    const said = await docker("run", "--rm", "--network", "none", slim, "sh", "-c", script);
    expect(said).toMatch(/^---\nname: browser\ndescription: There is no browser in this sandbox/);
    expect(said).toMatch(/There is no browser in this sandbox: .* Read pages with WebFetch or curl[^\n]*\n1$/);
    expect(await docker("image", "inspect", "--format", '{{index .Config.Labels "praktor.browser"}}', slim)).toBe(
      "none",
    );
  });

  /** Whose network lets it reach the site alone. */
  const withSystem = async (
    chat: number,
    settings: string,
    use: (system: System, site: InternetSite) => Promise<void>,
  ): Promise<void> => {
    await removeGroups(chat);
    const folder = await mkdtemp(join(tmpdir(), "praktor-slim-"));
    try {
      await using site = await InternetSite.start("44.203.82", slim);
      await using image = await TrustingImage.build(`praktor-test-slim-${chat}`, slim, await site.certificate());
      await writeFile(join(folder, "praktor.yaml"), `agent:\n  image: ${image.name}\n${settings}`);
      await using system = await System.start({
        environment: {
          PRAKTOR_CONFIG: join(folder, "praktor.yaml"),
          PRAKTOR_SANDBOX: "docker",
          PRAKTOR_TELEGRAM_ALLOW_FROM: String(chat),
        },
      });
      await system.ask("echo up", chat);
      const put = async (method: string, path: string, body: string, type: string): Promise<number> => {
        const headers = { origin: system.gateway.web, "content-type": type };
        return (await fetch(`${system.gateway.web}/api/groups/${chat}${path}`, { method, headers, body })).status;
      };
      const rules = JSON.stringify({ network: "allowlist", network_allow: [site.address] });
      expect(await put("PATCH", "", rules, "application/json")).toBe(200);
      await use(system, site);
    } finally {
      await removeGroups(chat);
      await rm(folder, { recursive: true, force: true });
    }
  };
  const refusedHosts = async (system: System, chat: number): Promise<string[]> => {
    const { refused } = GroupNetworkView.parse(await system.getJson(`/api/groups/${chat}/network`));
    return refused.map(({ host }) => host);
  };
  const fetchOf = (site: InternetSite): string =>
    `tool WebFetch ${JSON.stringify({ url: `https://${site.address}/fetched`, prompt: "what is there" })}`;

  test.runIf(long)("tells an agent in a turn that there is no browser, and WebFetch and WebSearch work", async () => {
    await withSystem(ada, "sandbox:\n  allowlist_web_search: true\n", async (system, site) => {
      const steps = [
        "bash: agent-browser open https://example.org 2>&1; true",
        fetchOf(site),
        'tool WebSearch {"query":"hello world"}',
        'tool Skill {"skill":"praktor:browser"}',
      ];
      const since = system.model.requests.length;
      const { text } = await system.ask(steps.join("\n\n"), ada, 120_000);
      expect(text).toContain("There is no browser in this sandbox: its image was built without one.");
      expect(text).toContain("the site says hello to /fetched");
      expect(text).toContain('Web search results for query: "hello world"');
      const asked = JSON.stringify(system.model.requests.slice(since).map(({ body }) => body));
      expect(asked).toContain(
        "praktor:browser: There is no browser in this sandbox - read pages with WebFetch or curl",
      );
      expect(asked).toContain("This sandbox's image was built without Chromium. WebFetch and curl read pages");
      expect(await site.visits()).toEqual(["/fetched"]);
      expect(await refusedHosts(system, ada)).toEqual([]);

      system.model.script = (input) =>
        (input.request.tools ?? []).some((tool) => String(tool["type"]).startsWith("web_search"))
          ? refuse(400, "tools.0: unknown tool type 'web_search_20250305'")
          : defaultScript(input);
      const before = system.model.requests.length;
      await system.ask('tool WebSearch {"query":"hello again"}', ada, 120_000);
      const told = JSON.stringify(system.model.requests.slice(before).map(({ body }) => body));
      expect(told).toContain("[Praktor: WebSearch is run by the model's endpoint");
    });
  });

  test.runIf(long)(
    "asks about a domain first where `agent.web_fetch_preflight` wants it, within the policy",
    async () => {
      await withSystem(grace, "  web_fetch_preflight: true\n", async (system, site) => {
        const { text } = await system.ask(fetchOf(site), grace, 120_000);
        expect(text).not.toContain("the site says hello");
        expect(await refusedHosts(system, grace)).toContain("api.anthropic.com");
        expect(await site.visits()).toEqual([]);
      });
    },
  );
});
