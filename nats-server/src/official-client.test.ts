// The official Node client cannot tell this server from the real one.

import { connect, headers, type Msg, type NatsConnection } from "@nats-io/transport-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serve, type TestServer } from "./testing/serve.ts";

let test: TestServer;
let clients: NatsConnection[];

async function open(options: Parameters<typeof connect>[0] = {}): Promise<NatsConnection> {
  const client = await connect({ port: test.port, ...options });
  clients.push(client);
  return client;
}

async function collect(
  client: NatsConnection,
  subject: string,
  options: { max?: number; queue?: string } = {},
): Promise<Msg[]> {
  const messages: Msg[] = [];
  client.subscribe(subject, { ...options, callback: (_error, message) => void messages.push(message) });
  await client.flush();
  return messages;
}

beforeEach(async () => {
  test = await serve();
  clients = [];
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await test[Symbol.asyncDispose]();
});

describe("with the official client", () => {
  it("delivers by wildcards, in order", async () => {
    const [subscriber, publisher] = [await open(), await open()];
    const messages = await collect(subscriber, "a.*.c");
    const everything = await collect(subscriber, ">");
    for (let index = 0; index < 1000; index++) publisher.publish(`a.${index}.c`, `${index}`);
    publisher.publish("a.b");
    await publisher.flush();
    await subscriber.flush();
    expect(messages.map((message) => message.string())).toEqual(Array.from({ length: 1000 }, (_, index) => `${index}`));
    expect(everything).toHaveLength(1001);
  });

  it("answers requests, with headers both ways", async () => {
    const [responder, requester] = [await open(), await open()];
    responder.subscribe("echo", {
      callback: (_error, message) => {
        const answer = headers();
        answer.set("from", message.headers?.get("to") ?? "");
        message.respond(message.data, { headers: answer });
      },
    });
    await responder.flush();
    const question = headers();
    question.set("to", "gräßlich");
    const answer = await requester.request("echo", "payload", { headers: question, timeout: 5000 });
    expect([answer.string(), answer.headers?.get("from")]).toEqual(["payload", "gräßlich"]);
  });

  it("tells a requester at once that nobody answers", async () => {
    const client = await open();
    // Not the words of a timeout.
    await expect(client.request("nobody", "", { timeout: 5000 })).rejects.toThrow(/no responders/);
  });

  it("gives each message to one member of a queue group", async () => {
    const members = await Promise.all([open(), open(), open()]);
    const received = await Promise.all(members.map((member) => collect(member, "work", { queue: "workers" })));
    const publisher = await open();
    for (let index = 0; index < 300; index++) publisher.publish("work");
    await publisher.flush();
    await Promise.all(members.map((member) => member.flush()));
    expect(received.flat()).toHaveLength(300);
    for (const share of received) expect(share.length).toBeGreaterThan(50);
  });

  it("ends a subscription after its maximum", async () => {
    const [subscriber, publisher] = [await open(), await open()];
    const messages = await collect(subscriber, "a", { max: 2 });
    for (let index = 0; index < 5; index++) publisher.publish("a", `${index}`);
    await publisher.flush();
    await subscriber.flush();
    expect(messages.map((message) => message.string())).toEqual(["0", "1"]);
    expect(test.server.monitor().subscriptions).toBe(0);
  });

  it("does not echo to a client that asked for none", async () => {
    const client = await open({ noEcho: true });
    const messages = await collect(client, "a");
    client.publish("a");
    await client.flush();
    expect(messages).toHaveLength(0);
  });

  it("lets a client drain: it handles what was sent to it, and nothing is left on the server", async () => {
    const [subscriber, publisher] = [await open(), await open()];
    const messages = await collect(subscriber, "a");
    for (let index = 0; index < 500; index++) publisher.publish("a");
    await publisher.flush();
    await subscriber.drain();
    expect(messages).toHaveLength(500);
    await expect.poll(() => test.server.monitor().connections).toHaveLength(1);
    expect(test.server.monitor().subscriptions).toBe(0);
  });

  it("carries payloads up to the limit and refuses larger ones", async () => {
    const client = await open();
    const messages = await collect(client, "a");
    const limit = client.info?.max_payload ?? 0;
    expect(limit).toBe(1_048_576);
    const payload = Buffer.alloc(limit, "abcdefg");
    client.publish("a", payload);
    await client.flush();
    await expect.poll(() => messages).toHaveLength(1);
    expect(Buffer.compare(Buffer.from(messages[0]?.data ?? []), payload)).toBe(0);
    expect(() => client.publish("a", Buffer.alloc(limit + 1))).toThrow(/max_payload/);
  });

  it("counts connections, subscriptions and messages for the monitor", async () => {
    const client = await open({ name: "counter" });
    await collect(client, "a");
    client.publish("a", "four");
    await client.flush();
    await client.rtt();
    const { connections, ...totals } = test.server.monitor();
    expect(totals).toMatchObject({
      totalConnections: 1,
      subscriptions: 1,
      inMessages: 1,
      inBytes: 4,
      outMessages: 1,
      outBytes: 4,
      slowConsumers: 0,
    });
    expect(connections).toMatchObject([
      { clientName: "counter", language: "nats.js", subscriptions: 1, inMessages: 1, outBytes: 4, pendingBytes: 0 },
    ]);
  });

  it("lets a client reconnect to the same port after a restart", async () => {
    const client = await open({ reconnectTimeWait: 20 });
    const messages = await collect(client, "a");
    await test[Symbol.asyncDispose]();
    const { port } = test;
    test = await serve({ listen: [{ host: "127.0.0.1", port }] });
    await expect.poll(() => test.server.monitor().subscriptions, { timeout: 5000 }).toBe(1);
    client.publish("a");
    await client.flush();
    expect(messages).toHaveLength(1);
  });
});
