import { createUser } from "@nats-io/nkeys";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { boundedLogger } from "../kit/bounded-logger.ts";
import { systemClock } from "../kit/clock.ts";
import { silentLogger } from "../kit/logger.ts";
import { BusBench, type SandboxClient } from "./testing/bus-bench.ts";

const signal = new AbortController().signal;
const Pong = z.object({ pong: z.number() });

describe("requests", () => {
  test("a reply is parsed", async () => {
    await using bench = await BusBench.start("embedded");
    const { connection } = await bench.sandbox("a");
    connection.subscribe("agent.a.control", { callback: (_error, message) => void message.respond(`{"pong":7}`) });
    await connection.flush();
    expect(await bench.bus.request("agent.a.control", {}, Pong, 1000, signal)).toEqual({ pong: 7 });
  });

  test("nobody listens: known at once", async () => {
    await using bench = await BusBench.start("embedded");
    // Its code is another than that of a deadline.
    await expect(bench.bus.request("agent.a.control", {}, Pong, 5000, signal)).rejects.toMatchObject({
      code: "no_responder",
    });
  });

  test("silence ends at the deadline, and earlier when the caller gives up", async () => {
    await using bench = await BusBench.start("embedded");
    const { connection } = await bench.sandbox("a");
    connection.subscribe("agent.a.control", { callback: () => {} });
    await connection.flush();
    await expect(bench.bus.request("agent.a.control", {}, Pong, 100, signal)).rejects.toMatchObject({
      code: "timeout",
    });
    const caller = new AbortController();
    const waiting = bench.bus.request("agent.a.control", {}, Pong, 60_000, caller.signal);
    caller.abort(new Error("gave up"));
    await expect(waiting).rejects.toThrow("gave up");
  });

  test("one that nobody wants any more does not end the process when it fails", async () => {
    await using bench = await BusBench.start("embedded");
    const failures: unknown[] = [];
    const note = (error: unknown): void => void failures.push(error);
    process.on("unhandledRejection", note);
    try {
      await expect(
        bench.bus.request("agent.a.control", {}, Pong, 50, AbortSignal.abort(new Error("late"))),
      ).rejects.toThrow("late");
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(failures).toEqual([]);
    } finally {
      process.off("unhandledRejection", note);
    }
  });

  test("a message larger than NATS takes is said to be so", async () => {
    await using bench = await BusBench.start("embedded");
    const { connection } = await bench.sandbox("a");
    connection.subscribe("agent.a.control", { callback: () => {} });
    await connection.flush();
    const large = { text: "x".repeat(2_000_000) };
    await expect(bench.bus.request("agent.a.control", large, Pong, 1000, signal)).rejects.toMatchObject({
      code: "payload_too_large",
    });
    expect(() => bench.bus.publish("agent.a.control", large)).not.toThrow();
    expect(bench.bus.health().ok).toBe(true);
  });

  test.each(["", "{", "null", `{"pong":"seven"}`, "\u0000\u0001", "[".repeat(5000)])(
    "a reply of %j is a bad one",
    async (text) => {
      await using bench = await BusBench.start("embedded");
      const { connection } = await bench.sandbox("a");
      connection.subscribe("agent.a.control", { callback: (_error, message) => void message.respond(text) });
      await connection.flush();
      await expect(bench.bus.request("agent.a.control", {}, Pong, 1000, signal)).rejects.toMatchObject({
        code: "bad_reply",
      });
    },
  );

  test("before its start and after its end the bus says so", async () => {
    const bench = await BusBench.start("embedded");
    await bench[Symbol.asyncDispose]();
    await expect(bench.bus.request("x", {}, Pong, 100, signal)).rejects.toMatchObject({ code: "disconnected" });
    expect(() => bench.bus.publish("x", {})).not.toThrow();
  });
});

describe("subscriptions", () => {
  test("bytes that are no JSON arrive as nothing, and those after them as ever", async () => {
    await using bench = await BusBench.start("embedded");
    const heard: unknown[] = [];
    bench.bus.subscribe("agent.*.output", ({ data }) => Promise.resolve(void heard.push(data)));
    const { connection } = await bench.sandbox("a");
    for (const bytes of ["{", "", "\u0000", `{"a":1}`]) connection.publish("agent.a.output", bytes);
    connection.publish("agent.a.output", new Uint8Array([0xff, 0xfe, 0x80]));
    connection.publish("agent.a.output", `{"last":true}`);
    await vi.waitFor(() => expect(heard).toContainEqual({ last: true }));
    expect(heard.filter((data) => data !== undefined)).toEqual([{ a: 1 }, { last: true }]);
  });

  test("a handler that fails costs its sender the reply, and nobody else anything", async () => {
    await using bench = await BusBench.start("embedded");
    bench.bus.subscribe("agent.*.output", async ({ data, reply }) => {
      await Promise.resolve();
      if (typeof data === "object" && data !== null && "fail" in data) throw new Error("no");
      reply?.({ ok: true });
    });
    const { connection } = await bench.sandbox("a");
    await expect(connection.request("agent.a.output", `{"fail":1}`, { timeout: 100 })).rejects.toThrow(/timeout/i);
    expect((await connection.request("agent.a.output", "{}", { timeout: 1000 })).json()).toEqual({ ok: true });
  });

  test("messages are worked on side by side", async () => {
    await using bench = await BusBench.start("embedded");
    const gate = Promise.withResolvers<void>();
    bench.bus.subscribe("agent.*.output", async ({ data, reply }) => {
      if (data === 1) await gate.promise;
      reply?.(data);
    });
    const { connection } = await bench.sandbox("a");
    const held = connection.request("agent.a.output", "1", { timeout: 5000 });
    expect((await connection.request("agent.a.output", "2", { timeout: 1000 })).json()).toBe(2);
    gate.resolve();
    expect((await held).json()).toBe(1);
  });
});

test("a sandbox that pours messages out holds up no other's, and is not disconnected", async () => {
  await using bench = await BusBench.start("embedded");
  const stuck = Promise.withResolvers<void>();
  bench.bus.subscribe("agent.*.output", async ({ subject, reply }) => {
    if (subject === "agent.a.output") await stuck.promise;
    reply?.({ ok: true });
  });
  const { connection: flood } = await bench.sandbox("a");
  const { connection: calm } = await bench.sandbox("b");
  for (let count = 0; count < 20_000; count++) flood.publish("agent.a.output", "{}");
  await vi.waitFor(() => expect(bench.bus.monitor()?.throttled).toBeGreaterThan(0), { timeout: 10_000 });
  expect((await calm.request("agent.b.output", "{}", { timeout: 10_000 })).json()).toEqual({ ok: true });
  expect(flood.isClosed()).toBe(false);
  expect(bench.bus.monitor()?.inMessages).toBeLessThan(15_000);
  stuck.resolve();
});

test("of a sandbox that asks without end a bounded number waits, and the next is refused at once", async () => {
  const warnings: object[] = [];
  const logger = { ...silentLogger, warn: (fields: object): void => void warnings.push(fields) };
  await using bench = await BusBench.start("embedded", systemClock, logger);
  const stuck = Promise.withResolvers<void>();
  bench.bus.answer("host.ipc.*", async ({ subject, reply }) => {
    if (subject === "host.ipc.a") await stuck.promise;
    reply?.({ ok: true });
  });
  const { connection: flood } = await bench.sandbox("a");
  const { connection: calm } = await bench.sandbox("b");
  const asked = Array.from({ length: 120 }, async () => {
    const answer = await flood.request("host.ipc.a", "{}", { timeout: 60_000 });
    return z.object({ ok: z.boolean().optional(), error: z.string().optional() }).parse(answer.json());
  });
  // Those that are not refused still wait.
  expect((await Promise.race(asked)).error).toMatch(/^This sandbox asks for more/);
  expect((await calm.request("host.ipc.b", "{}", { timeout: 60_000 })).json()).toEqual({ ok: true });
  stuck.resolve();
  const answers = await Promise.all(asked);
  expect(answers.filter(({ ok }) => ok === true)).toHaveLength(108);
  expect(warnings).toEqual([{ subject: "host.ipc.a", group: "a", refused: 1 }]);
});

test("an answer that no message can carry is refused in words, and the log says which", async () => {
  const warnings: object[] = [];
  const logger = { ...silentLogger, warn: (fields: object): void => void warnings.push(fields) };
  await using bench = await BusBench.start("embedded", systemClock, logger);
  bench.bus.answer("host.ipc.*", async ({ reply }) => reply?.({ text: "x".repeat(2 * 1024 * 1024) }));
  const { connection } = await bench.sandbox("a");
  const answer = await connection.request("host.ipc.a", "{}", { timeout: 60_000 });
  expect(answer.json()).toEqual({ error: expect.stringMatching(/^The answer is longer than one message/) });
  expect(warnings).toMatchObject([{ subject: "host.ipc.a", most: 1024 * 1024 }]);
});

test("in a bounded log one sandbox's flood hides no line about another", async () => {
  const lines: object[] = [];
  const write = (fields: object): void => void lines.push(fields);
  const logger = boundedLogger({ ...silentLogger, warn: write, error: write }, { now: () => 0 });
  await using bench = await BusBench.start("embedded", systemClock, logger);
  bench.bus.subscribe("agent.*.output", () => Promise.reject(new Error("no")));
  bench.bus.answer("host.ipc.*", async ({ reply }) => reply?.({ text: "x".repeat(2 * 1024 * 1024) }));
  for (const groupId of ["a", "b"]) {
    const { connection } = await bench.sandbox(groupId);
    for (let count = 0; count < 12; count += 1) {
      connection.publish(`agent.${groupId}.output`, "{}");
      await connection.request(`host.ipc.${groupId}`, "{}", { timeout: 60_000 });
    }
  }
  const about = (subject: string): object[] => lines.filter((line) => "subject" in line && line.subject === subject);
  expect(about("host.ipc.b")).toHaveLength(10);
  await vi.waitFor(() => expect(about("agent.b.output")).toHaveLength(10));
  expect(lines).toHaveLength(40);
});

test("of a sandbox that has stopped nothing is worked on that waited, and of the others all is", async () => {
  await using bench = await BusBench.start("embedded");
  const gate = Promise.withResolvers<void>();
  const heard: string[] = [];
  bench.bus.subscribe("agent.*.output", async ({ subject }) => {
    heard.push(subject);
    await gate.promise;
  });
  const { connection: flood, userPublicKey } = await bench.sandbox("a");
  const { connection: calm } = await bench.sandbox("b");
  for (let count = 0; count < 20_000; count++) flood.publish("agent.a.output", "{}");
  for (let count = 0; count < 20; count++) calm.publish("agent.b.output", "{}");
  await calm.flush();
  await vi.waitFor(() => expect(bench.bus.monitor()?.throttled).toBeGreaterThan(0), { timeout: 10_000 });
  bench.bus.disconnect({ userPublicKey });
  bench.bus.forget("a");
  const { connection: again } = await bench.sandbox("a");
  expect(await flood.closed()).toBeDefined();
  again.publish("agent.a.output", "{}");
  await again.flush();
  gate.resolve();
  await vi.waitFor(() => expect(heard.filter((subject) => subject === "agent.b.output")).toHaveLength(20));
  await vi.waitFor(() => expect(heard.filter((subject) => subject === "agent.a.output")).toHaveLength(9));
});

test("the bus ends also while it waits for what was on its way from a stopped sandbox", async () => {
  const bench = await BusBench.start("embedded");
  bench.bus.forget("a");
  await expect(bench[Symbol.asyncDispose]()).resolves.toBeUndefined();
});

test("the keys of one sandbox share its rate", async () => {
  await using bench = await BusBench.start("embedded");
  const { connection: first } = await bench.sandbox("a");
  for (let count = 0; count < 20_000; count++) first.publish("agent.a.output", "{}");
  await vi.waitFor(() => expect(bench.bus.monitor()?.throttled).toBe(1), { timeout: 10_000 });
  await bench.sandbox("a");
  expect(bench.bus.monitor()?.throttled).toBeGreaterThan(1);
});

test("a server that goes away is noticed, and so is its return", async () => {
  await using bench = await BusBench.start("embedded");
  expect(bench.bus.embedded).toBe(true);
  expect(bench.bus.health()).toEqual({ ok: true, detail: "NATS is connected (embedded)." });
  bench.bus.disconnect({ userPublicKey: bench.account.gatewayPublicKey });
  await vi.waitFor(() => expect(bench.bus.health().ok).toBe(false));
  await vi.waitFor(() => expect(bench.bus.health().ok).toBe(true), { timeout: 5000 });
});

test(
  "a sandbox has a bounded number of connections, and its many do not keep another out",
  { timeout: 60_000 },
  async () => {
    await using bench = await BusBench.start("embedded");
    const keys = createUser();
    const client = (): Promise<SandboxClient> => bench.sandbox("a", { keys });
    await client();
    const more = await Promise.allSettled(Array.from({ length: 40 }, client));
    expect(more.filter(({ status }) => status === "fulfilled")).toHaveLength(31);
    await bench.sandbox("b");
    expect(bench.bus.health().ok).toBe(true);
  },
);
