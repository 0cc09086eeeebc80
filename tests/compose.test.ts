/** The main job as most people run it: docker-compose up, the gateway itself a container, its agents' containers beside it. */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "@praktor/simulators/free-port";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requirement } from "./require.ts";
import { engineChat } from "./support/engine-chats.ts";
import { docker, engineAnswers, imageExists, removeGroups } from "./support/engine.ts";
import { InternetSite } from "./support/internet-site.ts";
import { System } from "./support/system.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const project = "praktorcomposetest";
const socket = "/var/run/docker.sock";
/** Of this machine, and nobody's when it was asked for. */
const webPort = String(await freePort());
const ada = engineChat("compose");

const composeAnswers = await run("docker-compose", ["version"]).then(
  () => true,
  () => false,
);
const images =
  (await engineAnswers()) &&
  (await imageExists("praktor-agent:latest")) &&
  (await imageExists("praktor-gateway:latest"));
const usable = composeAnswers && images && (await noOtherInstallation());

/** compose.yaml has fixed names: a person's own installation on this engine must not be touched. */
async function noOtherInstallation(): Promise<boolean> {
  const owner = await docker(
    "volume",
    "inspect",
    "--format",
    '{{index .Labels "com.docker.compose.project"}}',
    "praktor-data",
  ).catch(() => project);
  return owner === project;
}

describe.runIf(requirement("docker", usable) === "run")("docker-compose up", { timeout: 120_000 }, () => {
  let system: System;
  let environment: NodeJS.ProcessEnv;
  let password = "";

  async function compose(...args: string[]): Promise<string> {
    const { stdout, stderr } = await run("docker-compose", ["-p", project, ...args], { cwd: root, env: environment });
    return stdout + stderr;
  }

  /** The data goes too; the global instructions stay, for other tests' containers may mount them. */
  async function down(): Promise<void> {
    await compose("down");
    await docker("volume", "rm", "-f", "praktor-data");
  }

  async function healthy(): Promise<void> {
    for (let tries = 0; tries < 120; tries += 1) {
      const answer = await fetch(`http://127.0.0.1:${webPort}/readyz`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`The gateway did not become ready:\n${await compose("logs", "--tail", "50", "gateway")}`);
  }

  const signedIn = (): { authorization: string } => ({
    authorization: `Basic ${Buffer.from(`owner:${password}`).toString("base64")}`,
  });

  const agentId = async (): Promise<string> => await docker("inspect", "--format", "{{.Id}}", `praktor-agent-${ada}`);

  beforeAll(async () => {
    environment = {
      PATH: process.env["PATH"],
      PRAKTOR_TELEGRAM_ALLOW_FROM: String(ada),
      PRAKTOR_WEB_PORT: webPort,
      DOCKER_GID: String((await stat(socket)).gid),
    };
    await down();
    await removeGroups(ada);
    // The gateway's container reaches the simulators on the host's address of its own network, which must be there first.
    await compose("up", "--no-start", "--no-build");
    const simulatorHost = await docker(
      "network",
      "inspect",
      "--format",
      "{{(index .IPAM.Config 0).Gateway}}",
      "praktor-net",
    );
    system = await System.prepare({ simulatorHost });
    const { PRAKTOR_TELEGRAM_TOKEN, PRAKTOR_TELEGRAM_API_ROOT, ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL } =
      system.environment();
    Object.assign(environment, {
      PRAKTOR_TELEGRAM_TOKEN,
      PRAKTOR_TELEGRAM_API_ROOT,
      ANTHROPIC_API_KEY,
      ANTHROPIC_BASE_URL,
    });
    await compose("up", "-d", "--no-build");
    await healthy();
  }, 120_000);

  afterAll(async () => {
    if (!environment) return;
    await compose("stop");
    await removeGroups(ada);
    await down();
    await system?.[Symbol.asyncDispose]();
  }, 120_000);

  test("the first start makes a password, prints it once, and the page wants it", async () => {
    password = /printed this once: (\S+)/.exec(await compose("logs", "gateway"))?.[1] ?? "";
    expect(password).toMatch(/^[\w-]{20}$/);
    const status = `http://127.0.0.1:${webPort}/api/status`;
    expect((await fetch(status)).status).toBe(401);
    expect((await fetch(status, { headers: signedIn() })).status).toBe(200);
  });

  test("an update in, the answer out, from a container on a bridge of its own", async () => {
    expect((await system.ask("echo out of compose", ada)).text).toBe("out of compose");
    const networks = await docker(
      "inspect",
      "--format",
      "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}",
      `praktor-agent-${ada}`,
    );
    expect(networks.trim()).toMatch(new RegExp(`^praktor-net-\\S*${ada}$`));
    expect((await system.ask("bash: head -1 /workspace/global/CLAUDE.md", ada)).text).toContain("You are Praktor");
  });

  test("the session goes on after docker kill of the agent, after a restart of the gateway, and after it was made anew", async () => {
    await docker("kill", `praktor-agent-${ada}`);
    expect((await system.ask("what did I say first?", ada)).text).toContain("out of compose");
    const before = await agentId();
    await compose("restart", "gateway");
    await healthy();
    expect((await system.ask("what did I say first?", ada)).text).toContain("out of compose");
    await compose("up", "-d", "--no-build", "--force-recreate");
    await healthy();
    expect((await system.ask("what did I say first?", ada)).text).toContain("out of compose");
    expect(await agentId()).toBe(before);
    expect(await compose("logs", "gateway")).not.toMatch(/printed this once/);
  });

  // With a gateway that is a process of this machine it is always tried: `docker.test.ts`.
  test.runIf(process.env["PRAKTOR_LONG"] === "1")(
    "a turn that runs through the gateway's restart completes",
    async () => {
      const since = system.telegram.sequence;
      system.say("slow 4000: through the restart", ada);
      await system.model.waitUntil(
        (model) => model.requests.some((request) => JSON.stringify(request.body).includes("slow 4000")),
        "the call",
      );
      await docker("kill", await compose("ps", "-q", "gateway").then((id) => id.trim()));
      await compose("up", "-d", "--no-build");
      await system.answerMatching(/through the restart/, ada, since, 90_000);
      expect(system.answers(ada).filter((text) => text.includes("through the restart"))).toHaveLength(1);
    },
  );

  test("the instructions of all groups are saved on the page, though their folder is a volume of its own", async () => {
    const address = `http://127.0.0.1:${webPort}/api/instructions`;
    const saved = async (): Promise<number> => {
      const found = await (await fetch(address, { headers: signedIn() })).json();
      const headers = { ...signedIn(), "content-type": "application/json" };
      return (await fetch(address, { method: "PUT", headers, body: JSON.stringify(found) })).status;
    };
    // As they are: the volume is every installation's on this engine. 409: another one wrote its own meanwhile.
    const first = await saved();
    expect(first === 409 ? await saved() : first).toBe(200);
  });

  test("the doctor looks around in the gateway's container, and puts away what it made", async () => {
    // Whatever it says of this machine.
    const found = await compose("exec", "-T", "gateway", "sh", "-c", "praktor doctor || true");
    expect(found).toContain("✓ Container engine:");
    expect(found).toContain("✓ Page: Agents do not reach the page.");
    const networks = await docker("network", "ls", "--format", "{{.Name}}");
    const gateway = (await compose("ps", "-q", "gateway")).trim();
    const joined = await docker("inspect", "--format", "{{json .NetworkSettings.Networks}}", gateway);
    expect([networks, joined].join("\n")).not.toContain("praktor-net-doctor-");
  });

  test("its agents reach the gateway's container under every network policy, and the proxy in it their allowed hosts", async () => {
    await using site = await InternetSite.start("44.203.79", "praktor-agent:latest");
    const gateway = (await compose("ps", "-q", "gateway")).trim();
    await docker("network", "connect", site.network, gateway);
    try {
      const setPolicy = async (network: string): Promise<void> => {
        const headers = { ...signedIn(), "content-type": "application/json" };
        const body = JSON.stringify({ network, network_allow: [site.address] });
        const answer = await fetch(`http://127.0.0.1:${webPort}/api/groups/${ada}`, { method: "PATCH", headers, body });
        expect(answer.status).toBe(200);
      };
      const look = `bash: for host in ${site.address} forbidden.example; do curl -sS -m 10 http://$host/look 2>&1; done; echo looked`;
      await setPolicy("allowlist");
      const limited = (await system.ask(look, ada)).text;
      expect(limited).toContain("the site says hello to /look");
      expect(limited).toContain("forbidden.example is not on this group's list of allowed hosts");
      await setPolicy("none");
      const closed = (await system.ask(look, ada)).text;
      expect(closed).toContain("looked");
      expect(closed).not.toContain("the site says hello");
      expect(await site.visits()).toEqual(["/look"]);
    } finally {
      await docker("network", "disconnect", site.network, gateway);
    }
  });

  test("the agent does not reach the page", async () => {
    const gateway = (await compose("ps", "-q", "gateway")).trim();
    const addresses = await docker(
      "inspect",
      "--format",
      "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}",
      gateway,
    );
    for (const address of addresses.trim().split(" ")) {
      const seen = await docker(
        "exec",
        `praktor-agent-${ada}`,
        "bash",
        "-c",
        `curl -s -m 2 -o /dev/null -w '%{http_code}' http://${address}:8080/healthz || true`,
      );
      expect(seen).toBe("000");
    }
  });
});
