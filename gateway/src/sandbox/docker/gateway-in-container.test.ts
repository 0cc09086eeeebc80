/** A gateway that is a container itself: it joins its groups' bridges, its page stays out of the agents' reach. */
import { BlockList, connect } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { requirement } from "../../../../tests/require.ts";
import { standInSpec } from "../sandbox-host.contract.ts";
import { DockerWorkbench, engineAnswers } from "./testing/docker-workbench.ts";

const possible = requirement("docker", await engineAnswers());
const patient = { timeout: 20_000, interval: 100 };
const bench = new DockerWorkbench();
const ownNetwork = `${bench.prefix}-net`;

const Report = z.object({
  web: z.string(),
  place: z.object({ listenHost: z.string(), reachHost: z.string(), sources: z.array(z.string()).min(1) }),
  adopted: z.array(z.string()),
  engineId: z.string(),
});

/** Runs in the gateway's container: listens as the gateway would, and launches or adopts group 1's agent. */
const gateway = `
import { createServer } from "node:net";
import Docker from "dockerode";
import { systemClock } from "../../kit/clock.ts";
import { silentLogger } from "../../kit/logger.ts";
import { DockerSandboxHost } from "./docker-sandbox-host.ts";
import { gatewayWebAddress } from "./web-address.ts";
const { SPEC, OPTIONS, NETWORK } = process.env;
const signal = new AbortController().signal;
const spec = JSON.parse(SPEC);
const docker = new Docker();
const listen = (port, host) => createServer((socket) => socket.on("error", () => {}).end("port " + port)).listen(port, host);
const web = await gatewayWebAddress(docker, signal, { network: NETWORK });
listen(8080, web);
const host = new DockerSandboxHost({ ...JSON.parse(OPTIONS), docker, logger: silentLogger, clock: systemClock });
await host.start(signal);
const adopted = await host.list(signal);
const place = await host.prepare(spec, signal);
listen(4222, place.listenHost).on("connection", (socket) => console.log("FROM " + socket.remoteAddress));
const running = adopted[0] ?? (await host.launch(spec, signal));
console.log("REPORT " + JSON.stringify({ web, place, adopted: adopted.map((one) => one.sandboxId), engineId: running.engineId }));
`;

async function bundle(): Promise<string> {
  const built = await build({
    stdin: { contents: gateway, resolveDir: fileURLToPath(new URL(".", import.meta.url)), loader: "ts" },
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    external: ["cpu-features", "*/sshcrypto.node"],
    banner: {
      js: `import{createRequire}from"node:module";const require=createRequire(import.meta.url);const __dirname=import.meta.dirname;`,
    },
  });
  return built.outputFiles[0]?.text ?? "";
}

describe.skipIf(possible === "skip")("a gateway in a container", () => {
  beforeAll(async () => {
    await bench.start({ "gateway.mjs": await bundle() });
    await bench.docker.createNetwork({ Name: ownNetwork, Driver: "bridge" });
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
  });

  const start = async (): Promise<{ id: string; report: z.infer<typeof Report>; output: () => Promise<string> }> => {
    const { installId, image, prefix, limits } = bench.options();
    const container = await bench.docker.createContainer({
      name: `${bench.prefix}-gateway`,
      Image: image,
      User: "0:0",
      Cmd: ["node", "/opt/gateway.mjs"],
      Env: [
        `SPEC=${JSON.stringify(standInSpec("1", 1))}`,
        `OPTIONS=${JSON.stringify({ installId, image, prefix, limits })}`,
        `NETWORK=${ownNetwork}`,
      ],
      ExposedPorts: { "8080/tcp": {} },
      HostConfig: {
        NetworkMode: ownNetwork,
        Binds: ["/var/run/docker.sock:/var/run/docker.sock"],
        PortBindings: { "8080/tcp": [{ HostIp: "127.0.0.1", HostPort: "0" }] },
      },
    });
    await container.start();
    const output = async (): Promise<string> => (await container.logs({ stdout: true, stderr: true })).toString();
    await expect.poll(output, patient).toContain("REPORT ");
    const json = /REPORT (.*)/.exec(await output())?.[1] ?? "{}";
    return { id: container.id, report: Report.parse(JSON.parse(json)), output };
  };

  test("is reached by its agents under one name, also after it was made anew; its page is reached by none", async () => {
    const first = await start();
    expect(first.report.place.reachHost).toBe("praktor-gateway");
    expect(first.report.place.listenHost).not.toBe(first.report.web);
    const agent = first.report.engineId;
    await expect.poll(() => bench.reaches(agent, "praktor-gateway", 4222), patient).toBe(true);
    // The gateway sees the agent's own address, which is how it tells its groups' sandboxes apart.
    const sources = new BlockList();
    for (const [network = "", bits] of first.report.place.sources.map((source) => source.split("/")))
      sources.addSubnet(network, Number(bits));
    await expect.poll(first.output, patient).toContain("FROM ");
    const seen = [...(await first.output()).matchAll(/FROM (\S+)/g)].map(([, address = ""]) => address);
    expect(seen.filter((address) => !sources.check(address))).toEqual([]);
    expect(sources.check(first.report.web)).toBe(false);
    expect(await bench.reaches(agent, "praktor-gateway", 8080)).toBe(false);
    expect(await bench.reaches(agent, first.report.web, 8080)).toBe(false);
    const { Ports } = (await bench.docker.getContainer(first.id).inspect()).NetworkSettings;
    const published = Number(Ports["8080/tcp"]?.[0]?.HostPort);
    // The published port still leads to the page, although the gateway has joined another network since.
    await expect.poll(() => heard(published), patient).toBe("port 8080");
    const found = await bench.docker.getContainer(agent).inspect();
    const bridge = Object.values(found.NetworkSettings.Networks)[0]?.Gateway ?? "";
    expect(await bench.reaches(agent, bridge, published)).toBe(false);

    await bench.docker.getContainer(first.id).remove({ force: true });
    const second = await start();
    expect(second.report.adopted).toEqual([standInSpec("1", 1).sandboxId]);
    expect(second.report.engineId).toBe(agent);
    expect(await bench.reaches(agent, "praktor-gateway", 4222)).toBe(true);
  }, 60_000);
});

/** What a listener behind a published port says. To connect is no proof: the engine's own proxy accepts everything. */
async function heard(port: number): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1");
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.once("error", () => resolve("")).once("close", () => resolve(text));
    socket.setTimeout(2_000, () => socket.destroy());
  });
}
