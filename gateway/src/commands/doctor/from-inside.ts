/** Tries from inside of a container, on a bridge like an agent's, what can be reached. */
import { randomBytes } from "node:crypto";
import Docker from "dockerode";
import { z } from "zod";
import type { Settings } from "../../config/schema.ts";
import { systemClock } from "../../kit/clock.ts";
import { silentLogger } from "../../kit/logger.ts";
import { abortable, deadline, sleep } from "../../kit/deadline.ts";
import {
  type ContainerNaming,
  containerRequest,
  defaultLimits,
  networkName,
} from "../../sandbox/docker/container-request.ts";
import { DockerSandboxHost } from "../../sandbox/docker/docker-sandbox-host.ts";
import { label } from "../../sandbox/docker/labels.ts";
import type { SandboxGroup } from "../../sandbox/sandbox.ts";
import type { Finding } from "./finding.ts";
import { judge } from "./judge-reached.ts";
import { doctorInstall } from "./left-overs.ts";
import { holderOf, isLoopback, type Listener } from "./listeners.ts";

const prefix = "praktor";

/** Where nobody could say which ports listen: what commonly does. */
const commonPorts = [
  22, 25, 53, 80, 111, 443, 445, 631, 2375, 2376, 3000, 3306, 5432, 6379, 8000, 8080, 9090, 9100, 11434, 27017,
];
const maxPorts = 300;

/** Prints those of its targets that accept a connection. */
const prober = `const net = require("net"); Promise.all(JSON.parse(process.env.TARGETS).map(([host, port]) => new Promise((resolve) => { const s = net.connect(port, host); s.setTimeout(2500, () => s.destroy()); s.once("connect", () => { resolve([[host, port]]); s.destroy(); }); s.on("error", () => {}); s.once("close", () => resolve([])); }))).then((all) => console.log("REACHED " + JSON.stringify(all.flat())));`;
const neighbourPort = 7777;
/** Another group's agent, with a server. Ends by itself should nobody end it. */
const neighbour = `const server = require("net").createServer((s) => s.end()).listen(${neighbourPort}, () => console.log("READY")); setTimeout(() => server.close(), 120_000);`;
const readyPollMs = 100;
const tidyMs = 10_000;
const readyMs = 30_000;
const Reached = z.array(z.tuple([z.string(), z.number()]));
const FoundNetwork = z.object({
  IPAM: z.object({ Config: z.array(z.object({ Gateway: z.string().optional() })).nullish() }),
});
const FoundContainer = z.object({
  NetworkSettings: z.object({ Networks: z.record(z.string(), z.object({ IPAddress: z.string() })) }),
});

export interface FromInside {
  settings: Settings;
  /** Of this machine, or of the gateway's container. */
  listeners: readonly Listener[];
  /** The gateway runs in a container of the engine. */
  inContainer: boolean;
}

/** Rejects with a `PraktorError` where no container can be had. */
export async function lookFromInside(
  { settings, listeners, inContainer }: FromInside,
  signal: AbortSignal,
): Promise<Finding[]> {
  const docker = new Docker();
  const installId = `${doctorInstall}${randomBytes(4).toString("hex")}`;
  const { image } = settings.agent;
  const options = { installId, logger: silentLogger, clock: systemClock, docker, image, prefix };
  const host = new DockerSandboxHost(options);
  const groups = ["a", "b"].map((name) => groupOf(`${installId}-${name}`));
  const [own = groupOf(""), other = groupOf("")] = groups;
  const containers: Docker.Container[] = [];
  const start = async (group: DoctorGroup, script: string, environment: Record<string, string>) => {
    const { runtime } = settings.sandbox;
    const container = await docker.createContainer(doctorRequest(group, script, environment, { ...options, runtime }));
    containers.push(container);
    await container.start();
    return container;
  };
  try {
    const bridges = await Promise.all(groups.map((group) => bridgeOf(docker, host, group, signal)));
    const [bridge = "", otherBridge = ""] = bridges;
    const next = await start(other, neighbour, {});
    await isReady(next, signal);
    const { NetworkSettings } = FoundContainer.parse(await next.inspect());
    const around = {
      bridge,
      neighbour: Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "",
      otherBridges: [...new Set([otherBridge, ...(await groupsBridges(docker))])].filter((one) => one !== bridge),
      programs: await programsAt(listeners),
      inContainer,
    };
    const open = listeners.filter((one) => !isLoopback(one)).map(({ port }) => port);
    const ports = [...new Set([...(open.length > 0 ? open : commonPorts), settings.web.port])].slice(0, maxPorts);
    const targets = [
      ...ports.map((port) => [bridge, port] as const),
      ...around.otherBridges.flatMap((one) => gatewayPorts(settings).map((port) => [one, port] as const)),
      [around.neighbour, neighbourPort] as const,
      ["169.254.169.254", 80] as const,
      ["2606:4700:4700::1111", 443] as const,
    ];
    const container = await start(own, prober, { TARGETS: JSON.stringify(targets) });
    await abortable(container.wait(), signal);
    const output = (await container.logs({ stdout: true, stderr: true })).toString("utf8");
    const json = /REACHED (.*)/.exec(output)?.[1];
    if (json === undefined) throw new Error(`The container printed no answer: ${output.slice(-300)}`);
    const reached = Reached.parse(JSON.parse(json));
    // The address of a bridge that was removed meanwhile leads out of this machine, to whoever answers there.
    const standing = new Set([otherBridge, ...(await groupsBridges(docker))]);
    return judge(
      reached,
      { ...around, otherBridges: around.otherBridges.filter((one) => standing.has(one)) },
      settings,
    );
  } finally {
    for (const container of containers) await container.remove({ force: true, v: true }).catch(() => {});
    // Also where this process is on them itself, in a container of its own; what stays is told as left over.
    for (const { folder } of groups) await host.forget(folder, AbortSignal.timeout(tidyMs)).catch(() => {});
    await host[Symbol.asyncDispose]();
  }
}

type DoctorGroup = Required<Pick<SandboxGroup, "groupId" | "folder">> & { network: "open" };
const groupOf = (name: string): DoctorGroup => ({ groupId: name, folder: name, network: "open" });

function doctorRequest(
  group: DoctorGroup,
  script: string,
  environment: Record<string, string>,
  naming: ContainerNaming,
): Docker.ContainerCreateOptions {
  const spec = { ...group, sandboxId: group.folder, generation: 1, environment };
  const request = containerRequest(spec, naming, defaultLimits);
  const memory = 256 * 1024 * 1024;
  return {
    ...request,
    Entrypoint: ["node", "-e", script],
    HostConfig: { ...request.HostConfig, Mounts: [], Memory: memory, MemorySwap: memory },
  };
}

async function bridgeOf(
  docker: Docker,
  host: DockerSandboxHost,
  group: DoctorGroup,
  signal: AbortSignal,
): Promise<string> {
  const { listenHost } = await host.prepare(group, signal);
  const found = FoundNetwork.parse(await docker.getNetwork(networkName(prefix, group.folder)).inspect());
  return found.IPAM.Config?.[0]?.Gateway ?? listenHost;
}

async function groupsBridges(docker: Docker): Promise<string[]> {
  const listed = await docker.listNetworks({ filters: { label: [`${label.managed}=true`] } });
  const networks = z.array(FoundNetwork).parse(listed);
  return networks.flatMap(({ IPAM }) => (IPAM.Config ?? []).flatMap(({ Gateway }) => Gateway ?? []));
}

async function isReady(container: Docker.Container, signal: AbortSignal): Promise<void> {
  const limit = deadline(signal, readyMs);
  while (!(await container.logs({ stdout: true })).toString("utf8").includes("READY")) await sleep(readyPollMs, limit);
}

async function programsAt(listeners: readonly Listener[]): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const listener of listeners) {
    if (isLoopback(listener) || found.has(listener.port)) continue;
    const program = await holderOf(listener);
    if (program !== null) found.set(listener.port, program);
  }
  return found;
}

const gatewayPorts = ({ nats, sandbox, web }: Settings): number[] => [nats.port, sandbox.port, web.port];
