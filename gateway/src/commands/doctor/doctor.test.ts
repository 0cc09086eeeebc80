/** The doctor's pure parts: which ports listen, what is said of what was reached, and the rule as commands. */
import { expect, test } from "vitest";
import { Settings } from "../../config/schema.ts";
import { browserFinding } from "./browser-finding.ts";
import { firewallRule } from "./firewall.ts";
import { judge } from "./judge-reached.ts";
import { type EngineThing, sortOut, tell } from "./left-overs.ts";
import { isLoopback, type Listener, listenersIn } from "./listeners.ts";
import { lookAtPorts, type PortsLook } from "./ports.ts";
import { lookAtSettings } from "./settings-findings.ts";

const settings = Settings.parse({});

const around = {
  bridge: "172.18.0.1",
  neighbour: "172.19.0.2",
  otherBridges: ["172.19.0.1"],
  programs: new Map([[22, "sshd (process 812)"]]),
  inContainer: false,
};

test("listening ports are read from the kernel's table, with their addresses", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue",
    "   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4711 1 0",
    "   1: 0100007F:1F90 00000000:0000 0A 00000000",
    "   2: 0A00A8C0:0050 00000000:0000 0A 00000000",
    "   3: 00000000:0035 01020304:1111 01 00000000",
    "   4: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 0",
    "   5: 00000000000000000000000001000000:0277 00000000000000000000000000000000:0000 0A 0",
  ].join("\n");
  const found = listenersIn(table);
  expect(found.map(({ address, port }) => `${address} ${port}`)).toEqual([
    "0.0.0.0 22",
    "127.0.0.1 8080",
    "192.168.0.10 80",
    ":: 443",
    "::1 631",
  ]);
  expect(found[0]?.inode).toBe("4711");
  expect(found.filter((one) => !isLoopback(one)).map(({ port }) => port)).toEqual([22, 80, 443]);
});

test("what agents reach is told with what to do; NATS and the endpoint are theirs", () => {
  const levels = (reached: [string, number][]): string[] =>
    judge(reached, around, settings).map(({ level, what }) => `${what} ${level}`);
  expect(
    levels([
      ["172.18.0.1", 4222],
      ["172.18.0.1", 4280],
    ]),
  ).toEqual(["Page ok", "Services of this machine ok", "Other groups ok", "Metadata address ok", "IPv6 ok"]);
  const bad: [string, number][] = [
    ["172.18.0.1", 22],
    ["172.18.0.1", 8080],
    ["169.254.169.254", 80],
    ["2606:4700:4700::1111", 443],
  ];
  expect(levels(bad)).toEqual([
    "Page bad",
    "Services of this machine warn",
    "Other groups ok",
    "Metadata address bad",
    "IPv6 warn",
  ]);
  expect(judge(bad, around, settings)[1]?.detail).toBe("Agents reach port 22 (sshd (process 812)) of this machine.");
  const advice = (inContainer: boolean): string =>
    judge(bad, { ...around, inContainer }, settings)
      .map((finding) => finding.advice ?? "")
      .join("\n");
  expect(advice(false)).toMatch(/^Set web\.host to 127\.0\.0\.1, or run `sudo praktor doctor --fix`\./);
  expect(advice(true)).toMatch(/^Publish the page on 127\.0\.0\.1 alone \(in compose\.yaml under `ports`/);
  expect(advice(true)).not.toMatch(/Set web\.host to|sudo/);
});

test("another group's container must not be reached; its bridge's gateway ports may, and the page's not", () => {
  const told = (reached: [string, number][]): string[] =>
    judge(reached, around, settings)
      .filter(({ what }) => what === "Page" || what === "Other groups")
      .map(({ what, level, detail }) => `${what} ${level}: ${detail}`);
  expect(told([["172.19.0.2", 7777]])[1]).toMatch(/^Other groups bad: An agent reaches another group's container/);
  expect(told([["172.19.0.1", 4222]])).toEqual([
    "Page ok: Agents do not reach the page.",
    expect.stringMatching(/^Other groups ok: .*closes their connections unread/),
  ]);
  expect(told([["172.19.0.1", 8080]])[0]).toMatch(/^Page bad/);
});

test("what bears the label and belongs to nobody is left over; another living installation's is not", () => {
  const thing = (kind: EngineThing["kind"], install: string, folder: string): EngineThing => ({
    kind,
    name: `${kind}-${install}-${folder}`,
    install,
    folder,
  });
  const things = [
    thing("volume", "ours", "chat"),
    thing("network", "ours", "chat"),
    thing("volume", "ours", "gone"),
    thing("network", "ours", "gone"),
    thing("network", "doctor-old", "x"),
    thing("network", "doctor-now", "x"),
    thing("volume", "alive", "gone"),
    thing("volume", "dead", "gone"),
  ];
  const owned = { install: "ours", folders: ["chat"] };
  const found = sortOut(things, new Set(["ours", "alive", "doctor-now"]), owned);
  expect(found.nobodys.map(({ name }) => name)).toEqual([
    "volume-ours-gone",
    "network-ours-gone",
    "network-doctor-old-x",
  ]);
  expect(found.foreign.map(({ name }) => name)).toEqual(["volume-dead-gone"]);
  const finding = tell(found, ["network-ours-gone", "network-doctor-old-x"], true);
  expect(finding.level).toBe("warn");
  expect(finding.detail).toBe(
    "Removed: network-ours-gone, network-doctor-old-x. 1 volume of groups, tasks or swarms that are gone. 1 volume of another installation (dead), idle or gone: its own `praktor doctor` tells.",
  );
  // An idle installation has no container either: its volumes are nobody's to remove.
  expect(finding.advice).toMatch(/\ndocker volume rm volume-ours-gone$/);
  expect(tell({ ...found, nobodys: [] }, [], true).level).toBe("ok");
  // Nothing says whose they are while no gateway runs: nothing of a group may be taken for nobody's.
  const unknown = sortOut(things, new Set(["doctor-now"]), null);
  expect(unknown.nobodys.map(({ name }) => name)).toEqual(["network-doctor-old-x"]);
  expect(tell({ ...unknown, nobodys: [] }, [], false)).toMatchObject({ level: "ok" });
});

test("ports: who holds one while Praktor does not run, and where its own answer while it does", async () => {
  const listener = (address: string, port: number): Listener => ({ address, port, inode: "1" });
  const look = async (listeners: Listener[], more: Partial<PortsLook>): Promise<string> => {
    const interfaces = new Map([
      ["192.168.0.10", "eth0"],
      ["172.18.0.1", "prkabcd-1234567"],
    ]);
    const holder = (): Promise<string> => Promise.resolve("nginx (process 9)");
    const base = { settings, listeners, isRunning: false, holder, interfaces, inContainer: false };
    const { level, detail, advice = "" } = await lookAtPorts({ ...base, ...more });
    return `${level}: ${detail} ${advice}`;
  };
  expect(await look([listener("192.168.0.10", 8080), listener("127.0.0.1", 4222)], {})).toMatch(/^ok/);
  expect(await look([listener("0.0.0.0", 8080)], {})).toMatch(
    /^bad: .*Port 8080, the page's, is held by nginx \(process 9\): stop that, or set another web\.port\./,
  );
  expect(await look([listener("::", 4222)], { holder: () => Promise.resolve(null) })).toMatch(
    /NATS's, .*sudo ss -ltnp/,
  );
  const fine = [listener("172.18.0.1", 4222), listener("127.0.0.1", 8080), listener("172.31.0.1", 4280)];
  expect(await look(fine, { isRunning: true })).toMatch(/^ok: The page listens on 127\.0\.0\.1:8080/);
  for (const address of ["0.0.0.0", "192.168.0.10"]) {
    expect(await look([listener(address, 4280)], { isRunning: true })).toMatch(/^bad: .*sandbox\.port\), answers on/);
  }
  const own = [listener("172.20.0.2", 8080), listener("192.168.0.10", 4280)];
  const inContainer = await look(own, { isRunning: true, inContainer: true });
  expect(inContainer).toMatch(
    /^ok: The page listens on 172\.20\.0\.2:8080, this container's own address, and is published by compose\.yaml/,
  );
  const others = await look([listener("127.0.0.1", 8080)], { isRunning: true, inContainer: true });
  expect(others).toMatch(/^ok: The page listens on 127\.0\.0\.1:8080; NATS/);
});

test("a short password and a misspelled variable are told; in a container Praktor does not start with the one", () => {
  const told = (auth: string, environment: Record<string, string> = {}, inContainer = false): string[] =>
    lookAtSettings(Settings.parse({ web: { auth } }), environment, inContainer).map(
      ({ level, what, detail }) => `${level} ${what}: ${detail}`,
    );
  expect(told("twelve chars", { PRAKTOR_WEB_PORT: "1", HOME: "/" })).toEqual([]);
  expect(told("elevenchars")).toEqual([expect.stringMatching(/^warn Page's password: It is short/)]);
  expect(told("elevenchars", {}, true)).toEqual([expect.stringMatching(/^bad Page's password: .*does not start/)]);
  expect(told("twelve chars", { PRAKTOR_WEB_PROT: "1" })).toEqual([
    "warn Settings: PRAKTOR_WEB_PROT is no variable of Praktor, and sets nothing: did you mean PRAKTOR_WEB_PORT?",
  ]);
});

test("the rule leaves NATS and the endpoint open, drops the rest, and can be undone", () => {
  const rule = firewallRule("praktor", [4222, 4280]);
  const applied = rule.apply.map((step) => step.arguments.join(" "));
  expect(applied).toContain("-A PRAKTOR-INPUT -p tcp -m multiport --dports 4222,4280 -j RETURN");
  expect(applied.indexOf("-A PRAKTOR-INPUT -j DROP")).toBeGreaterThan(
    applied.findIndex((one) => one.includes("--dports 4222,4280")),
  );
  expect(applied.find((one) => one.startsWith("-I INPUT"))).toMatch(/^-I INPUT -i prk[0-9a-f]{4}-\+ -j PRAKTOR-INPUT$/);
  // A second time adds no second jump.
  for (const step of rule.apply) expect(/^-[NI] /.test(step.arguments.join(" "))).toBe(step.unless !== undefined);
  expect(rule.undo.at(2)).toEqual(["-X", "PRAKTOR-INPUT"]);
});

test("an image without a browser is as it was wanted; one that does not say is to be built anew", () => {
  const told = (labels: Record<string, string>): string => {
    const { level, detail } = browserFinding("agents", labels);
    return `${level}: ${detail}`;
  };
  expect(told({ "praktor.browser": "chromium" })).toBe("ok: agents has one: chromium.");
  expect(told({ "praktor.browser": "none" })).toBe("ok: agents was built without one, and agents are told so.");
  expect(told({})).toMatch(/^warn: agents does not say/);
});
