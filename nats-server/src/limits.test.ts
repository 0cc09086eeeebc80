// What the server refuses, and whom it disconnects.

import { once } from "node:events";
import { createConnection } from "node:net";
import { describe, expect, it } from "vitest";
import {
  passwordAuthenticator,
  tokenAuthenticator,
  type Authenticator,
  type ConnectionIdentity,
} from "./nats-server.ts";
import { RawClient } from "./testing/raw-client.ts";
import { serve } from "./testing/serve.ts";

const QUIET = 'CONNECT {"verbose":false,"pedantic":false,"headers":true}\r\n';

describe("the server's limits", () => {
  it("turn away connections over the maximum", async () => {
    await using test = await serve({ maxConnections: 1 });
    await using first = await RawClient.open(test.port);
    await using second = await RawClient.open(test.port);
    await second.waitFor(() => false);
    expect(second.take().slice(1)).toEqual(["-ERR 'maximum connections exceeded'"]);
    expect(await first.exchange("")).not.toContain("closed");
  });

  it("turn away one connection too many of a user, and let it in when another has gone", async () => {
    const authenticator: Authenticator = {
      usesNonce: false,
      authenticate: ({ connect }) => ({
        type: "accepted",
        user: { name: connect.user, publicKey: `U${connect.user}` },
      }),
    };
    const connectionsPerUser = ({ user }: ConnectionIdentity): number | undefined => (user === "host" ? undefined : 2);
    await using test = await serve({ authenticator, connectionsPerUser });
    await using stack = new AsyncDisposableStack();
    const come = async (user: string): Promise<[RawClient, string[]]> => {
      const client = stack.use(await RawClient.open(test.port));
      return [client, (await client.exchange(`CONNECT {"verbose":false,"user":"${user}"}\r\n`)).slice(1)];
    };
    const [first, welcome] = await come("a");
    expect(welcome).toEqual([]);
    await come("a");
    expect((await come("a"))[1]).toEqual(["-ERR 'maximum connections exceeded'", "closed"]);
    expect(test.events.at(-1)).toMatchObject({ type: "disconnect", reason: "max-connections-exceeded" });
    for (let times = 0; times < 4; times++) expect((await come("host"))[1]).toEqual([]);
    expect((await come("b"))[1]).toEqual([]);
    // Who is in may introduce itself again.
    expect(await first.exchange('CONNECT {"verbose":false,"user":"a"}\r\n')).toEqual([]);
    first.socket.destroy();
    await expect.poll(() => test.server.monitor().connections.filter(({ user }) => user === "a").length).toBe(1);
    expect((await come("a"))[1]).toEqual([]);
  });

  it("turn away a host's strangers when there are too many of them", async () => {
    await using test = await serve({ authenticator: tokenAuthenticator("t"), unknownPerHost: () => 2 });
    await using known = await RawClient.open(test.port);
    await known.exchange('CONNECT {"verbose":false,"auth_token":"t"}\r\n');
    await using first = await RawClient.open(test.port);
    await using second = await RawClient.open(test.port);
    await using third = await RawClient.open(test.port);
    await third.waitFor(() => false);
    expect(third.take().slice(1)).toEqual(["-ERR 'maximum connections exceeded'"]);
    expect(await second.exchange('CONNECT {"verbose":false,"auth_token":"t"}\r\n')).toHaveLength(1);
    await using fourth = await RawClient.open(test.port);
    expect([first.isClosed, fourth.isClosed]).toEqual([false, false]);
  });

  it("disconnect a client that does not answer PINGs", async () => {
    await using test = await serve({ pingIntervalMs: 30, maxPingsOut: 2 });
    const socket = createConnection({ port: test.port, host: "127.0.0.1" });
    let received = "";
    socket.on("data", (chunk) => (received += chunk.toString("latin1")));
    socket.write(QUIET);
    await once(socket, "close");
    expect(received).toMatch(/(PING\r\n){2}-ERR 'Stale Connection'\r\n$/);
    expect(test.events.at(-1)).toMatchObject({ type: "disconnect", reason: "stale-connection" });
  });

  it("keep a client that answers PINGs, and know its round trip", async () => {
    await using test = await serve({ pingIntervalMs: 20, maxPingsOut: 1 });
    await using client = await RawClient.open(test.port);
    await client.exchange(QUIET);
    await expect.poll(() => test.server.monitor().connections[0]?.roundTripMs).toBeTypeOf("number");
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await client.exchange("")).toEqual([]);
  });

  it("disconnect who does not introduce itself in time", async () => {
    await using test = await serve({ authenticator: tokenAuthenticator("t"), authTimeoutMs: 50 });
    await using client = await RawClient.open(test.port);
    await client.waitFor(() => false);
    expect(client.take().at(-1)).toBe("-ERR 'Authentication Timeout'");
  });

  it("accept the right token and users only", async () => {
    await using byToken = await serve({ authenticator: tokenAuthenticator("t") });
    await using right = await RawClient.open(byToken.port);
    expect(await right.exchange('CONNECT {"verbose":false,"auth_token":"t"}\r\n')).toHaveLength(1);
    await using wrong = await RawClient.open(byToken.port);
    expect((await wrong.exchange('CONNECT {"verbose":false,"auth_token":"x"}\r\n')).slice(1)).toEqual([
      "-ERR 'Authorization Violation'",
      "closed",
    ]);
    await using byUser = await serve({ authenticator: passwordAuthenticator([{ user: "u", password: "p" }]) });
    await using nobody = await RawClient.open(byUser.port);
    expect((await nobody.exchange('CONNECT {"user":"","pass":""}\r\n')).slice(1)).toEqual([
      "-ERR 'Authorization Violation'",
      "closed",
    ]);
    expect(byUser.events.map((event) => event.type)).toEqual(["authentication-failure", "disconnect"]);
  });

  it("disconnect a slow consumer, count it, and leave the others alone", async () => {
    await using test = await serve({ maxPendingBytes: 4_000_000 });
    await using slow = await RawClient.open(test.port);
    await slow.exchange(`${QUIET}SUB a 1\r\n`);
    slow.socket.pause();
    await using bystander = await RawClient.open(test.port);
    await bystander.exchange(`${QUIET}SUB a 1\r\n`);
    await using publisher = await RawClient.open(test.port);
    await publisher.exchange(QUIET);
    const batch = `PUB a 100000\r\n${"x".repeat(100_000)}\r\n`.repeat(10);
    for (let round = 0; round < 100 && test.server.monitor().slowConsumers === 0; round++)
      await publisher.exchange(batch);
    expect(test.server.monitor()).toMatchObject({ slowConsumers: 1 });
    expect(test.server.monitor().connections).toHaveLength(2);
    expect(test.events.map((event) => event.type)).toContain("slow-consumer");
    bystander.take();
    await publisher.exchange("PUB a 2\r\nhi\r\n");
    expect(await bystander.exchange("")).toEqual(["MSG a 1 2|hi"]);
    slow.socket.resume();
    await slow.waitFor(() => false);
    expect(slow.take().at(-1)).toBe("-ERR 'Slow Consumer'");
  });

  it("make a fast producer wait for a consumer that reads", async () => {
    await using test = await serve({ maxPendingBytes: 3_000_000 });
    await using consumer = await RawClient.open(test.port);
    await consumer.exchange(`${QUIET}SUB a 1\r\n`);
    await using publisher = await RawClient.open(test.port);
    await publisher.exchange(QUIET);
    publisher.send(`PUB a 60000\r\n${"x".repeat(60_000)}\r\n`.repeat(300));
    await consumer.waitFor((frames) => frames.length >= 300);
    expect(consumer.isClosed).toBe(false);
  });
});
