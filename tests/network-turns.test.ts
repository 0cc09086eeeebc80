/** What an agent can do on the web in a turn under each network policy: its shell, WebFetch and WebSearch, in a real container. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requirement } from "./require.ts";
import { engineChat } from "./support/engine-chats.ts";
import { agentImage, engineAnswers, imageExists, removeGroups } from "./support/engine.ts";
import { InternetSite } from "./support/internet-site.ts";
import { System } from "./support/system.ts";
import { TrustingImage } from "./support/trusting-image.ts";

const usable = (await engineAnswers()) && (await imageExists(agentImage));
const ada = engineChat("network-turns");
const refusal = "[Praktor: this group's network does not let its agents reach that host";
const forbidden = "forbidden.example";

describe.runIf(requirement("docker", usable) === "run")("a turn under a network policy", { timeout: 120_000 }, () => {
  let folder: string;
  let system: System;
  let site: InternetSite;
  let trusting: TrustingImage;

  const page = async (method: string, path: string, body: string, type: string): Promise<number> =>
    (
      await fetch(`${system.gateway.web}/api/groups/${ada}${path}`, {
        method,
        headers: { origin: system.gateway.web, "content-type": type },
        body,
      })
    ).status;
  const setPolicy = async (network: string, allow: string[]): Promise<void> => {
    const body = JSON.stringify({ network, network_allow: allow });
    expect(await page("PATCH", "", body, "application/json")).toBe(200);
  };
  /** Whether the model has seen it since, in the tools' results or beside them. */
  const isTold = (text: string, since: number): boolean =>
    system.model.requests.slice(since).some(({ body }) => JSON.stringify(body).includes(text));
  const fetchOf = (url: string): string => `tool WebFetch ${JSON.stringify({ url, prompt: "what is there" })}`;

  beforeAll(async () => {
    await removeGroups(ada);
    site = await InternetSite.start("44.203.78", agentImage);
    folder = await mkdtemp(join(tmpdir(), "praktor-network-"));
    // WebFetch speaks TLS only; the site's certificate is trusted as a company's own would be.
    trusting = await TrustingImage.build("praktor-test-network-turns", agentImage, await site.certificate());
    await writeFile(join(folder, "praktor.yaml"), `agent:\n  image: ${trusting.name}\n`);
    system = await System.start({
      environment: {
        PRAKTOR_CONFIG: join(folder, "praktor.yaml"),
        PRAKTOR_SANDBOX: "docker",
        PRAKTOR_TELEGRAM_ALLOW_FROM: String(ada),
      },
    });
    await system.ask("echo up", ada);
  }, 120_000);
  afterAll(async () => {
    await system?.[Symbol.asyncDispose]();
    await removeGroups(ada);
    await trusting?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test("`allowlist`: model and an allowed host are reached, another one is refused with a sentence", async () => {
    await setPolicy("allowlist", [site.address]);
    const since = system.model.requests.length;
    const steps = [
      `bash: curl -sS http://${site.address}/plain; echo; curl -sS --cacert /etc/site.pem https://${site.address}/tunnel`,
      `bash: curl -sS http://${forbidden}/`,
      fetchOf(`https://${site.address}/fetched`),
      'tool WebSearch {"query":"hello world"}',
    ];
    const { text } = await system.ask(steps.join("\n\n"), ada, 120_000);
    for (const path of ["/plain", "/tunnel", "/fetched"]) expect(text).toContain(`the site says hello to ${path}`);
    expect(text).toContain(`${forbidden} is not on this group's list of allowed hosts; the owner can add it.`);
    expect(text).toContain("No such tool available: WebSearch");
    expect(isTold(refusal, since)).toBe(false);
    // What hides the proxy's sentence is told in ours.
    for (const step of [`bash: curl -sS https://${forbidden}/`, fetchOf(`https://${forbidden}/fetched`)]) {
      const before = system.model.requests.length;
      await system.ask(step, ada);
      expect(isTold(refusal, before)).toBe(true);
    }
    expect(await site.visits()).toEqual(["/plain", "/tunnel", "/fetched"]);
  });

  test("`none`: the model is reached, and nothing else", async () => {
    await setPolicy("none", []);
    const before = await site.visits();
    const steps = [
      `bash: curl -sS -m 5 http://${site.address}/none; curl -sS -m 5 https://${forbidden}/; echo over`,
      fetchOf(`https://${site.address}/none`),
      'tool WebSearch {"query":"hello world"}',
    ];
    const { text } = await system.ask(steps.join("\n\n"), ada, 120_000);
    expect(text).toContain("over");
    expect(text).toContain("No such tool available: WebFetch");
    expect(text).toContain("No such tool available: WebSearch");
    expect(await site.visits()).toEqual(before);
  });
});
