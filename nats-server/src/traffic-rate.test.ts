// Who sends more than its rate waits; nobody is disconnected, nothing is lost, and others do not wait with it.

import { describe, expect, it } from "vitest";
import { passwordAuthenticator } from "./nats-server.ts";
import { RawClient } from "./testing/raw-client.ts";
import { serve } from "./testing/serve.ts";
import { TrafficAllowance, TrafficAllowances } from "./traffic-allowance.ts";

const connect = (user: string): string => `CONNECT {"verbose":false,"user":"${user}","pass":"p"}\r\n`;
const rate = { operationsPerSecond: 200, burst: 100 };

describe("an allowance", () => {
  it("lets a burst pass, then asks for as much time as the debt is worth", () => {
    let nowMs = 0;
    const allowance = new TrafficAllowance(rate, () => nowMs);
    for (let count = 0; count < 100; count++) allowance.takeOperation();
    expect(allowance.delayMs).toBe(0);
    for (let count = 0; count < 50; count++) allowance.takeOperation();
    expect(allowance.delayMs).toBe(250);
    nowMs = 245;
    expect(allowance.delayMs).toBeGreaterThan(0);
    nowMs = 251;
    expect(allowance.delayMs).toBe(0);
    nowMs = 60_000;
    expect(allowance.delayMs).toBe(0);
    expect(allowance.isFull).toBe(true);
  });

  it("counts a payload by its size", () => {
    const allowance = new TrafficAllowance(rate, () => 0);
    allowance.takePayload(100 * 4096);
    expect(allowance.delayMs).toBe(0);
    allowance.takePayload(4095);
    expect(allowance.delayMs).toBe(0);
    allowance.takePayload(4096);
    expect(allowance.delayMs).toBe(5);
  });

  it("is not granted twice, and does not break when the clock is set back", () => {
    let nowMs = 10_000;
    const allowance = new TrafficAllowance(rate, () => nowMs);
    for (let count = 0; count < 101; count++) allowance.takeOperation();
    nowMs = 0;
    expect(allowance.delayMs).toBe(5);
    nowMs = 5;
    expect(allowance.delayMs).toBe(0);
  });

  it("is remembered while it is in use, and forgotten when it is whole again", () => {
    let nowMs = 0;
    const allowances = new TrafficAllowances(() => nowMs);
    const first = allowances.of("a", rate);
    first.takeOperation();
    allowances.of("b", rate);
    expect(allowances.of("a", rate)).toBe(first);
    nowMs = 1000;
    allowances.of("c", rate);
    expect(allowances.of("a", rate)).not.toBe(first);
  });
});

describe("a server with a traffic rate", () => {
  it("makes a flood wait and loses none of it, while another user is served at once", async () => {
    await using test = await serve({
      authenticator: passwordAuthenticator(["flood", "calm"].map((user) => ({ user, password: "p" }))),
      trafficRate: ({ user }) => (user === "flood" ? rate : undefined),
    });
    await using calm = await RawClient.open(test.port);
    await calm.exchange(`${connect("calm")}SUB a 1\r\nSUB b 2\r\n`);
    await using flood = await RawClient.open(test.port);
    const startedAt = performance.now();
    flood.send(connect("flood"));
    // More than the socket's buffers hold, so that it is read in many pieces.
    const messages = 400;
    flood.send(`PUB a 2048\r\n${"x".repeat(2048)}\r\n`.repeat(messages));
    await calm.waitFor((frames) => frames.length > 0);
    expect((await calm.exchange("PUB b 2\r\nhi\r\n")).at(-1)).toBe("MSG b 2 2|hi");
    await expect.poll(() => test.server.monitor().inMessages, { timeout: 20_000 }).toBe(messages + 1);
    // Its last piece was read when all before it was paid for: a piece is at most 64 KiB.
    expect(performance.now() - startedAt).toBeGreaterThan(((messages - 32 - rate.burst) / 200) * 1000 * 0.9);
    expect(test.server.monitor().throttled).toBeGreaterThan(0);
    expect(flood.isClosed).toBe(false);
  });

  it("works on nothing more of a flood whose user is disconnected, however much of it waits in buffers", async () => {
    const key = "U".padEnd(56, "A");
    await using test = await serve({
      authenticator: {
        usesNonce: false,
        authenticate: () => ({ type: "accepted", user: { name: "a", publicKey: key } }),
      },
      trafficRate: () => rate,
    });
    await using flood = await RawClient.open(test.port);
    flood.send('CONNECT {"verbose":false}\r\n');
    // Megabytes of small messages: at its rate it would be worked on for minutes.
    flood.send("PUB a 2\r\nhi\r\n".repeat(200_000));
    await expect.poll(() => test.server.monitor().throttled, { timeout: 20_000 }).toBeGreaterThan(0);
    const handled = test.server.monitor().inMessages;
    expect(handled).toBeLessThan(100_000);
    expect(test.server.disconnect({ userPublicKey: key })).toBe(1);
    const frames = await flood.exchange("");
    expect(frames).toContain("-ERR 'User Authentication Revoked'");
    expect(flood.isClosed).toBe(true);
    expect(test.server.monitor()).toMatchObject({ inMessages: handled, connections: [] });
  });

  it("shares one allowance among those who are named alike, whatever their keys", async () => {
    await using test = await serve({ trafficRate: () => ({ ...rate, sharedBy: "a sandbox" }) });
    await using first = await RawClient.open(test.port);
    first.send(`CONNECT {"verbose":false}\r\n${"SUB x 7\r\nUNSUB 7\r\n".repeat(100)}`);
    await expect.poll(() => test.server.monitor().throttled).toBe(1);
    await using second = await RawClient.open(test.port);
    second.send('CONNECT {"verbose":false}\r\n');
    await expect.poll(() => test.server.monitor().throttled).toBe(2);
  });

  it("counts operations of every kind", async () => {
    await using test = await serve({ trafficRate: () => rate });
    await using client = await RawClient.open(test.port);
    await client.exchange('CONNECT {"verbose":false}\r\n');
    client.send("SUB x 7\r\nUNSUB 7\r\n".repeat(100));
    await expect.poll(() => test.server.monitor().throttled).toBe(1);
    expect((await client.exchange("")).filter((frame) => frame.startsWith("-ERR"))).toEqual([]);
  });

  it("lets a client over its rate be disconnected as ever", async () => {
    await using test = await serve({ trafficRate: () => ({ operationsPerSecond: 1, burst: 1 }) });
    const client = await RawClient.open(test.port);
    client.send(`CONNECT {"verbose":false}\r\n${"PING\r\n".repeat(60)}`);
    await expect.poll(() => test.server.monitor().throttled).toBe(1);
    await test.server[Symbol.asyncDispose]();
    await client.waitFor(() => false);
    expect(client.isClosed).toBe(true);
    await client[Symbol.asyncDispose]();
  });
});
