import { describe, expect, test } from "vitest";
import type { Admits } from "./sandbox-endpoint.ts";
import { type ForeignConnection, SandboxPlaces } from "./sandbox-places.ts";

/** What listens now, as the bus and the endpoint would have it. */
function openPlaces(change: { externalNatsUrl?: string } = {}) {
  const nats = new Set<string>();
  const endpoints = new Map<string, string | null>();
  /** By listening address: whom NATS and the endpoint there would let in. */
  const doors = new Map<string, Admits[]>();
  const foreign: ForeignConnection[] = [];
  const world = { nats, endpoints, doors, foreign, natsFails: false };
  const places = new SandboxPlaces({
    natsPort: 4222,
    externalNatsUrl: change.externalNatsUrl,
    onForeign: (connection) => foreign.push(connection),
    openNats: async ({ host, port }, admits) => {
      await Promise.resolve();
      doors.get(host)?.push(admits);
      if (world.natsFails || nats.has(host)) throw new Error(`EADDRINUSE ${host}:${port}`);
      nats.add(host);
      return { host, port: port + 1 };
    },
    closeNats: async ({ host, port }) => {
      await Promise.resolve();
      expect(port).toBe(4223);
      nats.delete(host);
    },
    endpoint: {
      listen: async (host, groupId, admits) => {
        await Promise.resolve();
        doors.set(host, [admits]);
        if (!endpoints.has(host)) endpoints.set(host, groupId);
        return 8081;
      },
      unlisten: async (host) => {
        await Promise.resolve();
        endpoints.delete(host);
      },
    },
  });
  return { places, world };
}

const bridge = { listenHost: "172.20.0.1", reachHost: "gateway", sources: ["172.20.0.0/16"] };
const otherBridge = { listenHost: "172.21.0.1", reachHost: "gateway", sources: ["172.21.0.0/24", "fd00:21::/64"] };
const loopback = { listenHost: "127.0.0.1", reachHost: "127.0.0.1", sources: ["127.0.0.0/8"] };

describe("sandbox places", () => {
  test("a bridge is its own group's, and is freed when the group's sandbox is gone", async () => {
    const { places, world } = openPlaces();
    expect(await places.open("a", bridge)).toEqual({
      natsUrl: "nats://gateway:4223",
      endpointUrl: "http://gateway:8081",
    });
    expect([...world.endpoints]).toEqual([["172.20.0.1", "a"]]);
    await places.close("a", bridge);
    expect([...world.endpoints.keys(), ...world.nats]).toEqual([]);
    await places.open("a", bridge);
    expect([...world.nats]).toEqual(["172.20.0.1"]);
  });

  test("loopback is opened once, for every group, and stays", async () => {
    const { places, world } = openPlaces();
    const [first, second] = await Promise.all([places.open("a", loopback), places.open("b", loopback)]);
    expect(second).toEqual(first);
    await places.close("a", loopback);
    await places.close("b", loopback);
    expect([...world.endpoints]).toEqual([["127.0.0.1", null]]);
    expect(await places.open("c", loopback)).toEqual(first);
  });

  test("an address that could not be bound is tried anew by the next, and leaves nothing behind", async () => {
    const { places, world } = openPlaces();
    world.natsFails = true;
    const both = await Promise.allSettled([places.open("a", bridge), places.open("a", bridge)]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect([...world.endpoints.keys()]).toEqual([]);
    world.natsFails = false;
    await places.open("a", bridge);
    expect([...world.endpoints.keys(), ...world.nats]).toEqual(["172.20.0.1", "172.20.0.1"]);
  });

  test("one who comes while a place is being closed gets an open one", async () => {
    const { places, world } = openPlaces();
    await places.open("a", bridge);
    const closing = places.close("a", bridge);
    const again = await places.open("a", bridge);
    await closing;
    expect(again.natsUrl).toBe("nats://gateway:4223");
    expect([...world.endpoints.keys(), ...world.nats]).toEqual(["172.20.0.1", "172.20.0.1"]);
  });

  test("NATS is named by the host that the sandbox came to", async () => {
    const { places } = openPlaces();
    await places.open("a", bridge);
    expect(await places.natsUrl("a", "10.0.0.9")).toBe("nats://10.0.0.9:4223");
    expect(await places.natsUrl("nobody", "10.0.0.9")).toBe("nats://10.0.0.9:4222");
  });

  test("with an external server only the endpoint is opened", async () => {
    const { places, world } = openPlaces({ externalNatsUrl: "nats://cluster:4222" });
    expect((await places.open("a", bridge)).natsUrl).toBe("nats://cluster:4222");
    expect(await places.natsUrl("a", "x")).toBe("nats://cluster:4222");
    await places.close("a", bridge);
    expect([...world.endpoints.keys(), ...world.nats]).toEqual([]);
  });

  test.each([
    ["172.20.0.1", "172.20.0.3", true],
    ["172.20.0.1", "172.20.255.254", true],
    ["172.20.0.1", "::ffff:172.20.0.3", true],
    ["172.20.0.1", "172.21.0.3", false],
    ["172.20.0.1", "::ffff:172.21.0.3", false],
    ["172.20.0.1", "fd00:21::3", false],
    ["172.20.0.1", "127.0.0.1", false],
    ["172.20.0.1", "192.0.2.7", false],
    ["172.21.0.1", "172.21.0.3", true],
    ["172.21.0.1", "fd00:21::3", true],
    ["172.21.0.1", "172.21.1.3", false],
    ["127.0.0.1", "127.0.0.9", true],
    ["127.0.0.1", "172.20.0.3", false],
  ])("at %s, to NATS and the endpoint alike, a connection from %s is admitted: %s", async (host, address, admitted) => {
    const { places, world } = openPlaces();
    await places.open("a", bridge);
    await places.open("b", otherBridge);
    await places.open("p", loopback);
    const doors = world.doors.get(host) ?? [];
    expect(doors.map((admits) => admits(address))).toEqual([admitted, admitted]);
    expect(world.foreign).toHaveLength(admitted ? 0 : 2);
  });

  test("a foreign connection is told with whose sandbox it came from; one that has gone already is nobody's", async () => {
    const { places, world } = openPlaces();
    await places.open("a", bridge);
    await places.open("b", otherBridge);
    const [endpoint] = world.doors.get("172.20.0.1") ?? [];
    for (const address of ["::ffff:172.21.0.3", "192.0.2.7", undefined]) expect(endpoint?.(address)).toBe(false);
    expect(world.foreign).toEqual([
      { groupId: "a", fromGroupId: "b", address: "::ffff:172.21.0.3" },
      { groupId: "a", fromGroupId: null, address: "192.0.2.7" },
    ]);
  });

  test("a place that is open already follows its bridge to another range, and is no stranger to its own while it closes", async () => {
    const { places, world } = openPlaces();
    await places.open("a", bridge);
    await places.open("a", { ...bridge, sources: ["172.20.0.0/24"] });
    const [endpoint] = world.doors.get("172.20.0.1") ?? [];
    expect([endpoint?.("172.20.1.3"), endpoint?.("172.20.0.3")]).toEqual([false, true]);
    const closing = places.close("a", bridge);
    expect(endpoint?.("172.20.0.3")).toBe(true);
    await closing;
  });
});
