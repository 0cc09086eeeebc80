/** Tries from inside of a container, on a bridge like an agent's, what can be reached. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import Docker from "dockerode";
import { z } from "zod";
import type { Settings } from "../../config/schema.ts";
import { systemClock } from "../../kit/clock.ts";
import { silentLogger } from "../../kit/logger.ts";
import { containerRequest, defaultLimits, networkName } from "../../sandbox/docker/container-request.ts";
import { DockerSandboxHost } from "../../sandbox/docker/docker-sandbox-host.ts";
import type { Finding } from "./finding.ts";

const prefix = "praktor";
/** Where nobody could say which ports listen: what commonly does. */
const commonPorts = [
  22, 25, 53, 80, 111, 443, 445, 631, 2375, 2376, 3000, 3306, 5432, 6379, 8000, 8080, 9090, 9100, 11434, 27017,
];
const maxPorts = 300;

/** Prints those of its targets that accept a connection. */
const prober = `const net = require("net"); Promise.all(JSON.parse(process.env.TARGETS).map(([host, port]) => new Promise((resolve) => { const s = net.connect(port, host); s.setTimeout(2500, () => s.destroy()); s.once("connect", () => { resolve([[host, port]]); s.destroy(); }); s.on("error", () => {}); s.once("close", () => resolve([])); }))).then((all) => console.log("REACHED " + JSON.stringify(all.flat())));`;
const Reached = z.array(z.tuple([z.string(), z.number()]));

/** Rejects with a `PraktorError` where no container can be had. */
export async function lookFromInside(settings: Settings, signal: AbortSignal): Promise<Finding[]> {
  const docker = new Docker();
  const installId = `doctor-${randomBytes(4).toString("hex")}`;
  const folder = installId;
  const host = new DockerSandboxHost({
    installId,
    logger: silentLogger,
    clock: systemClock,
    docker,
    image: settings.agent.image,
    prefix,
  });
  const group = { groupId: folder, folder, network: "open" } as const;
  try {
    const { listenHost } = await host.prepare(group, signal);
    const network = z
      .object({ IPAM: z.object({ Config: z.array(z.object({ Gateway: z.string().optional() })) }) })
      .parse(await docker.getNetwork(networkName(prefix, folder)).inspect());
    const bridge = network.IPAM.Config[0]?.Gateway ?? listenHost;
    const ports = [...new Set([...(await listeningPorts()), settings.web.port])].slice(0, maxPorts);
    const targets = [
      ...ports.map((port) => [bridge, port] as const),
      ["169.254.169.254", 80] as const,
      ["2606:4700:4700::1111", 443] as const,
    ];
    const { runtime } = settings.sandbox;
    const request = containerRequest(
      { ...group, sandboxId: folder, generation: 1, environment: { TARGETS: JSON.stringify(targets) } },
      { installId, prefix, image: settings.agent.image, runtime },
      defaultLimits,
    );
    const container = await docker.createContainer({
      ...request,
      Entrypoint: ["node", "-e", prober],
      HostConfig: { ...request.HostConfig, Mounts: [], Memory: 256 * 1024 * 1024, MemorySwap: 256 * 1024 * 1024 },
    });
    try {
      await container.start();
      await container.wait();
      const output = (await container.logs({ stdout: true, stderr: true })).toString("utf8");
      const json = /REACHED (.*)/.exec(output)?.[1];
      if (json === undefined) throw new Error(`The container printed no answer: ${output.slice(-300)}`);
      return judge(Reached.parse(JSON.parse(json)), bridge, settings);
    } finally {
      await container.remove({ force: true, v: true }).catch(() => {});
    }
  } finally {
    await docker
      .getNetwork(networkName(prefix, folder))
      .remove()
      .catch(() => {});
    await host[Symbol.asyncDispose]();
  }
}

/** The pure part: what was reached, as sentences. */
export function judge(reached: readonly (readonly [string, number])[], bridge: string, settings: Settings): Finding[] {
  const own = new Set([settings.nats.port, settings.sandbox.port]);
  const ofHost = reached.filter(([host]) => host === bridge).map(([, port]) => port);
  const services = ofHost.filter((port) => !own.has(port) && port !== settings.web.port);
  const metadata = reached.some(([host]) => host === "169.254.169.254");
  const ipv6 = reached.some(([host]) => host.includes(":"));
  const page: Finding = ofHost.includes(settings.web.port)
    ? {
        level: "bad",
        what: "Page",
        detail: `Port ${settings.web.port}, the page's, answers agents on their bridge.`,
        advice: "Set web.host to 127.0.0.1, or run `praktor doctor --fix`.",
      }
    : { level: "ok", what: "Page", detail: "Agents do not reach the page." };
  const hostServices: Finding =
    services.length > 0
      ? {
          level: "warn",
          what: "Services of this machine",
          detail: `Agents reach ${services.length === 1 ? "port" : "ports"} ${services.sort((a, b) => a - b).join(", ")} of this machine.`,
          advice: "Bind these services to 127.0.0.1, or run `sudo praktor doctor --fix`.",
        }
      : { level: "ok", what: "Services of this machine", detail: "Agents reach none of those that were found." };
  const cloud: Finding = metadata
    ? {
        level: "bad",
        what: "Metadata address",
        detail: "Agents reach 169.254.169.254, where a cloud hands out this machine's credentials.",
        advice: "Run `sudo praktor doctor --fix`, or set sandbox.network to allowlist or none.",
      }
    : { level: "ok", what: "Metadata address", detail: "Agents do not reach 169.254.169.254." };
  const six: Finding = ipv6
    ? {
        level: "warn",
        what: "IPv6",
        detail: "Agents reach the world over IPv6, which the rule of --fix does not cover.",
        advice: "Switch IPv6 off for containers in Docker's daemon.json.",
      }
    : { level: "ok", what: "IPv6", detail: "Agents have none." };
  return [page, hostServices, cloud, six];
}

/** TCP ports of this machine that listen on more than loopback. */
async function listeningPorts(): Promise<number[]> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "utf8").catch(() => "")),
  );
  const found = tables.flatMap((table) => readListening(table));
  return found.length > 0 ? found : commonPorts;
}

/** Of a table as the kernel prints it: state 0A listens, addresses are in hexadecimal with the last byte first. */
export function readListening(table: string): number[] {
  const loopback = /^(0100007F|[0-9A-F]{6}7F|0{24}01000000|0000000000000000FFFF0000[0-9A-F]{6}7F)$/;
  return table.split("\n").flatMap((line) => {
    const [, address = "", port = ""] = /^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ 0A /.exec(line) ?? [];
    return port === "" || loopback.test(address) ? [] : [Number.parseInt(port, 16)];
  });
}
