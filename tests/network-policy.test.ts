/** What a sandbox reaches under each network policy, tried from inside of real containers. */
import { createServer } from "node:net";
import type { NetworkPolicy } from "@praktor/protocol/network";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { doctorInstall } from "../gateway/src/commands/doctor/left-overs.ts";
import { lookFromInside } from "../gateway/src/commands/doctor/from-inside.ts";
import { Settings } from "../gateway/src/config/schema.ts";
import { label } from "../gateway/src/sandbox/docker/labels.ts";
import { standInSpec } from "../gateway/src/sandbox/sandbox-host.contract.ts";
import type { RunningSandbox, SandboxPlace } from "../gateway/src/sandbox/sandbox.ts";
import type { DockerSandboxHost } from "../gateway/src/sandbox/docker/docker-sandbox-host.ts";
import { DockerWorkbench, engineAnswers } from "../gateway/src/sandbox/docker/testing/docker-workbench.ts";
import { EndpointBench, tokenOf } from "../gateway/src/sandbox-api/testing/endpoint-bench.ts";
import { BusBench } from "../gateway/src/natsbus/testing/bus-bench.ts";
import { type ForeignConnection, SandboxPlaces } from "../gateway/src/sandbox-api/sandbox-places.ts";
import { requirement } from "./require.ts";
import { canHaveOutside, OutsideHost } from "./support/outside-host.ts";

interface Attempt {
  way: "tcp" | "udp" | "icmp" | "dns";
  host: string;
  port?: number;
}

const possible = [
  requirement("docker", await engineAnswers()),
  requirement("network-namespaces", await canHaveOutside()),
].includes("skip")
  ? "skip"
  : "run";
const signal = new AbortController().signal;
const attemptsAtLength = process.env["PRAKTOR_LONG"] === "1" ? 500 : 40;
/** Stands for an allowed site: a container at an address that is nobody's on this machine's networks. */
const world = { subnet: "44.203.77.0/24", address: "44.203.77.9" };

/** Runs inside: tries everything at once, and prints what had success. */
const prober = `
const attempts = JSON.parse(process.argv[1]);
const net = require("net"), dgram = require("dgram"), dns = require("dns"), { execFile } = require("child_process");
const ms = 4000;
const ways = {
  tcp: ({ host, port }, done) => { const s = net.connect(port, host); s.setTimeout(ms, () => s.destroy()); s.once("connect", () => { done(true); s.destroy(); }); s.on("error", () => {}); s.once("close", () => done(false)); },
  udp: ({ host, port }, done) => { const s = dgram.createSocket(host.includes(":") ? "udp6" : "udp4"); s.on("error", () => done(false)); s.once("message", () => done(true)); s.send("hello", port, host); setTimeout(() => { done(false); try { s.close(); } catch {} }, ms); },
  dns: ({ host }, done) => dns.lookup(host, (error) => done(!error)),
  icmp: ({ host }, done) => execFile("perl", ["-e", 'use Socket; socket(S,PF_INET,SOCK_DGRAM,1) or exit 1; $p=pack("CCnnn",8,0,0,1,1)."hello"; $n=0; $n+=$_ for unpack("n*",$p."\\\\0"); $n=($n>>16)+($n&65535); $n=~($n+($n>>16))&65535; substr($p,2,2)=pack("n",$n); send(S,$p,0,sockaddr_in(0,inet_aton($ARGV[0]))) or exit 1; vec($r,fileno(S),1)=1; exit(select($r,undef,undef,3)>0 ? 0 : 1);', host], (error) => done(!error)),
};
Promise.all(attempts.map((attempt) => new Promise((resolve) => ways[attempt.way](attempt, (ok) => resolve(ok ? [attempt] : []))))).then((all) => { console.log("REACHED " + JSON.stringify(all.flat())); process.exit(0); });
`;

/** Runs inside: prints the first bytes that each address answers to what is said there, or that it answers none. */
const talker = `
const net = require("net");
Promise.all(JSON.parse(process.argv[1]).map(({ host, port, say }) => new Promise((resolve) => {
  let heard = "";
  const s = net.connect(port, host, () => s.write(say)).setTimeout(4000, () => s.destroy());
  s.on("data", (data) => { heard += data; s.destroy(); }).on("error", () => {}).once("close", () => resolve(heard.slice(0, 12)));
}))).then((all) => { console.log("HEARD " + JSON.stringify(all)); process.exit(0); });
`;

/** NATS greets, the endpoint waits for no such file, the proxy knows the token and not the host. */
const served = ['INFO {"serve', "HTTP/1.1 404", "HTTP/1.1 403"];
const closed = ["", "", ""];

const server = `
require("http").createServer((q, r) => r.end("hello from " + q.headers.host)).listen(80);
const udp = require("dgram").createSocket("udp4"); udp.on("message", (m, from) => udp.send(m, from.port, from.address)); udp.bind(53);
`;

describe.skipIf(possible === "skip")("network policies", { timeout: 120_000 }, () => {
  const bench = new DockerWorkbench();
  let endpoint: EndpointBench;
  let host: DockerSandboxHost;
  let places: Record<"a" | "b", SandboxPlace>;
  let endpointPorts: Record<"a" | "b", number>;
  let natsPorts: Record<"a" | "b", number>;
  let bus: BusBench;
  let doors: SandboxPlaces;
  const foreign: ForeignConnection[] = [];
  let other: RunningSandbox;
  let otherAddress = "";
  const page = createServer((socket) => socket.end());
  let pagePort = 0;
  let outside: OutsideHost;
  /** Each way out of a bridge. */
  const waysOut = (): Attempt[] => [
    { way: "tcp", host: outside.address, port: 80 },
    { way: "udp", host: outside.address, port: 53 },
    { way: "icmp", host: outside.address },
  ];

  const inside = async (id: string, script: string, argument = ""): Promise<string> =>
    (await bench.run(id, ["node", "-e", script, argument])).output;
  const reached = async (id: string, attempts: Attempt[]): Promise<string[]> => {
    const output = await inside(id, prober, JSON.stringify(attempts));
    const json = /REACHED (.*)/.exec(output)?.[1] ?? `no answer: ${output}`;
    const found = z
      .array(z.object({ way: z.string(), host: z.string(), port: z.number().optional() }))
      .parse(JSON.parse(json));
    return found.map(({ way, host, port }) => `${way} ${host}${port === undefined ? "" : ` ${port}`}`);
  };
  const opened = async (group: "a" | "b"): Promise<void> => {
    const { natsUrl, endpointUrl } = await doors.open(group, places[group]);
    natsPorts[group] = Number(new URL(natsUrl).port);
    endpointPorts[group] = Number(new URL(endpointUrl).port);
  };
  /** What NATS, the endpoint and its proxy at that group's place answer to its own token. */
  const answers = async (id: string, group: "a" | "b"): Promise<unknown> => {
    const { reachHost } = places[group];
    const token = tokenOf(group);
    const basic = Buffer.from(`praktor:${token}`).toString("base64");
    const texts = [
      { port: natsPorts[group], say: "" },
      {
        port: endpointPorts[group],
        say: `GET /v1/files/x HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`,
      },
      {
        port: endpointPorts[group],
        say: `CONNECT bad.example:443 HTTP/1.1\r\nhost: x\r\nproxy-authorization: Basic ${basic}\r\n\r\n`,
      },
    ];
    const output = await inside(id, talker, JSON.stringify(texts.map((text) => ({ host: reachHost, ...text }))));
    return JSON.parse(/HEARD (.*)/.exec(output)?.[1] ?? JSON.stringify(output));
  };
  const launched = async (network: NetworkPolicy, generation: number): Promise<RunningSandbox> => {
    const spec = { ...standInSpec("a", generation), network };
    places.a = await host.prepare(spec, signal);
    await opened("a");
    return host.launch(spec, signal);
  };
  const ended = async (running: RunningSandbox): Promise<void> => {
    await host.stop(running.sandboxId, 0, signal);
    await doors.close("a", places.a);
  };

  beforeAll(async () => {
    await bench.start();
    endpoint = await EndpointBench.start();
    host = bench.host();
    await host.start(signal);
    bus = await BusBench.start("embedded");
    doors = new SandboxPlaces({
      natsPort: 0,
      externalNatsUrl: undefined,
      openNats: (address, admits) => bus.bus.listen(address, admits),
      closeNats: (address) => bus.bus.unlisten(address),
      endpoint: endpoint.endpoint,
      onForeign: (connection) => foreign.push(connection),
    });
    const none: SandboxPlace = { listenHost: "", reachHost: "", sources: [] };
    places = { a: none, b: await host.prepare(standInSpec("b", 1), signal) };
    [endpointPorts, natsPorts] = [
      { a: 0, b: 0 },
      { a: 0, b: 0 },
    ];
    await opened("b");
    other = await host.launch(standInSpec("b", 1), signal);
    const found = await bench.docker.getContainer(other.engineId).inspect();
    otherAddress = Object.values(found.NetworkSettings.Networks)[0]?.IPAddress ?? "";
    const exec = await bench.docker
      .getContainer(other.engineId)
      .exec({ Cmd: ["node", "-e", `require("net").createServer((s) => s.end()).listen(7777)`] });
    await exec.start({ Detach: true });
    const name = `${bench.prefix}-net-world`;
    await bench.docker.createNetwork({ Name: name, Driver: "bridge", IPAM: { Config: [{ Subnet: world.subnet }] } });
    outside = await OutsideHost.start("44.203.76", "prk-outside");
    const container = await bench.docker.createContainer({
      name: `${bench.prefix}-world`,
      Image: bench.image,
      User: "0:0",
      Cmd: ["node", "-e", server],
      HostConfig: { NetworkMode: name },
      NetworkingConfig: { EndpointsConfig: { [name]: { IPAMConfig: { IPv4Address: world.address } } } },
    });
    await container.start();
    endpoint.names.set("good.example", [world.address]);
    endpoint.rules.set("a", { ownerId: "a", policy: "allowlist", allow: ["good.example"], ask: [] });
    pagePort = await new Promise<number>((resolve) =>
      page.listen(0, "127.0.0.1", () => {
        const bound = page.address();
        resolve(typeof bound === "object" && bound !== null ? bound.port : 0);
      }),
    );
  }, 120_000);
  afterAll(async () => {
    page.close();
    await outside?.[Symbol.asyncDispose]();
    await endpoint?.[Symbol.asyncDispose]();
    await bus?.[Symbol.asyncDispose]();
    await host?.[Symbol.asyncDispose]();
    await bench[Symbol.asyncDispose]();
  }, 60_000);

  /** Nothing of it may have success on an internal bridge. */
  const forbidden = (): Attempt[] => {
    const fixed: Attempt[] = [
      ...waysOut(),
      { way: "tcp", host: world.address, port: 80 },
      { way: "udp", host: world.address, port: 53 },
      { way: "icmp", host: world.address },
      { way: "icmp", host: "1.1.1.1" },
      { way: "icmp", host: otherAddress },
      { way: "tcp", host: otherAddress, port: 7777 },
      { way: "tcp", host: "169.254.169.254", port: 80 },
      { way: "tcp", host: "100.100.100.200", port: 80 },
      { way: "tcp", host: "fd00:ec2::254", port: 80 },
      { way: "tcp", host: "2606:4700:4700::1111", port: 443 },
      { way: "udp", host: "2606:4700:4700::1111", port: 53 },
      { way: "udp", host: "1.1.1.1", port: 53 },
      { way: "dns", host: "example.com" },
      { way: "dns", host: `${bench.prefix}-world` },
      { way: "dns", host: `${bench.prefix}-agent-b` },
      { way: "tcp", host: "127.0.0.1", port: pagePort },
      { way: "tcp", host: places.a.reachHost, port: pagePort },
      { way: "tcp", host: places.b.reachHost, port: pagePort },
    ];
    const ways = ["tcp", "udp", "icmp"] as const;
    const more = Array.from({ length: attemptsAtLength - fixed.length }, (_, index): Attempt => {
      const way = ways[index % 3] ?? "tcp";
      const address =
        index % 2 === 0 ? `44.203.77.${(index % 250) + 2}` : `${1 + ((index * 7) % 220)}.${index % 250}.1.1`;
      return way === "icmp"
        ? { way, host: address }
        : { way, host: address, port: [80, 443, 53, 22, 8080][index % 5] ?? 80 };
    });
    return [...fixed, ...more.filter(({ host }) => !host.startsWith("127."))];
  };

  test("the prober finds what can be reached, and the engine keeps bridges apart also where they are `open`", async () => {
    const sandbox = await launched("open", 1);
    const attempts: Attempt[] = [
      { way: "tcp", host: otherAddress, port: 7777 },
      { way: "icmp", host: places.a.reachHost },
      { way: "tcp", host: places.a.reachHost, port: endpointPorts.a },
    ];
    expect(await reached(sandbox.engineId, waysOut())).toHaveLength(waysOut().length);
    const seen = await reached(sandbox.engineId, attempts);
    expect(seen).toContain(`icmp ${places.a.reachHost}`);
    expect(seen).toContain(`tcp ${places.a.reachHost} ${endpointPorts.a}`);
    expect(seen).not.toContain(`tcp ${otherAddress} 7777`);
    // Another bridge's address of this machine is reached: what listens there sees where the connection comes from.
    const { reachHost } = places.b;
    expect(await reached(sandbox.engineId, [{ way: "tcp", host: reachHost, port: endpointPorts.b }])).toHaveLength(1);
    foreign.length = 0;
    expect(await answers(sandbox.engineId, "b")).toEqual(closed);
    expect(foreign).toHaveLength(3);
    expect(foreign).toEqual(foreign.map(() => expect.objectContaining({ groupId: "b", fromGroupId: "a" })));
    expect(await answers(sandbox.engineId, "a")).toEqual(served);
    expect(await answers(other.engineId, "b")).toEqual(served);
    await ended(sandbox);
  });

  test.each([["none", 2] as const, ["allowlist", 3] as const])(
    "`%s` reaches the gateway and nothing else by itself",
    async (policy, generation) => {
      const sandbox = await launched(policy, generation);
      expect(await reached(sandbox.engineId, forbidden())).toEqual([]);
      // The way to the gateway is open, so that what failed above failed because of the policy.
      const own: Attempt = { way: "tcp", host: places.a.reachHost, port: endpointPorts.a };
      expect(await reached(sandbox.engineId, [own])).toEqual([`tcp ${own.host} ${own.port}`]);
      // With the other group's own token, stolen.
      expect(await answers(sandbox.engineId, "b")).toEqual(closed);
      expect(await answers(sandbox.engineId, "a")).toEqual(served);
      await ended(sandbox);
    },
  );

  test("`praktor doctor` sees the same from inside, and leaves nothing behind", async () => {
    const settings = Settings.parse({
      agent: { image: bench.image },
      sandbox: { port: endpointPorts.b },
      web: { port: pagePort },
    });
    const findings = await lookFromInside({ settings, listeners: [], inContainer: false }, signal);
    expect(findings.find(({ what }) => what === "Page")).toMatchObject({ level: "ok" });
    const others = findings.find(({ what }) => what === "Other groups");
    expect(others).toMatchObject({
      level: "ok",
      detail: expect.stringMatching(/They reach the gateway's ports on other groups' bridges/),
    });
    const filters = { label: [`${label.managed}=true`] };
    const left = [
      ...(await bench.docker.listNetworks({ filters })).map(({ Labels }) => Labels?.[label.install]),
      ...(await bench.docker.listContainers({ all: true, filters })).map(({ Labels }) => Labels[label.install]),
    ];
    expect(left.filter((install) => install?.startsWith(doctorInstall))).toEqual([]);
  });

  test("`allowlist` reaches an allowed host through the proxy, and is told about another", async () => {
    const sandbox = await launched("allowlist", 4);
    const through = (url: string): string => `
      const proxy = { host: "${places.a.reachHost}", port: ${endpointPorts.a} };
      const headers = { "proxy-authorization": "Basic " + Buffer.from("praktor:${tokenOf("a")}").toString("base64") };
      require("http").get({ ...proxy, path: "${url}", headers }, (r) => { let t = ""; r.on("data", (c) => t += c).on("end", () => console.log(r.statusCode + " " + t)); }).on("error", (e) => console.log(String(e)));`;
    expect(await inside(sandbox.engineId, through("http://good.example/"))).toBe("200 hello from good.example");
    expect(await inside(sandbox.engineId, through("http://bad.example/"))).toMatch(
      /^403 bad\.example is not on this group's list of allowed hosts/,
    );
    endpoint.names.set("good.example", [otherAddress]);
    expect(await inside(sandbox.engineId, through("http://good.example/"))).toMatch(/^403 .*public address/);
    endpoint.names.set("good.example", [world.address]);
    await ended(sandbox);
  });
});
