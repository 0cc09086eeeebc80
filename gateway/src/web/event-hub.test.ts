import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { PraktorEvent } from "@praktor/protocol/events";
import { eventProtocol, pageTokenHeader, pageTokenProtocol } from "@praktor/protocol/page-token";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { EventHub } from "./event-hub.ts";
import type { Caller } from "./sign-in.ts";
import { Harness, ManualClock } from "./testing/harness.ts";
import { basic, sessionOf } from "./testing/send.ts";
import { TestSocket } from "./testing/socket.ts";
import type { WebServerOptions } from "./web-server.ts";

const password = "correct horse battery";
const started: (AsyncDisposable | Disposable)[] = [];
afterEach(async () => {
  for (const one of started.splice(0).toReversed()) {
    if (Symbol.asyncDispose in one) await one[Symbol.asyncDispose]();
    else one[Symbol.dispose]();
  }
});

async function start(overrides: Partial<WebServerOptions> = {}): Promise<Harness> {
  const harness = await Harness.start(overrides);
  started.push(harness);
  return harness;
}

const piece = (index: number, content = "x"): PraktorEvent => ({
  type: "text",
  groupId: "home",
  conversationId: "c",
  turnId: "t",
  attempt: 1,
  index,
  content,
});

function publish(harness: Harness, count: number): void {
  for (let index = 0; index < count; index += 1) harness.publish(piece(index));
}

describe("the stream of events", () => {
  test("greets with life and number, then brings every event in order", async () => {
    const harness = await start();
    publish(harness, 2);
    const client = await TestSocket.open(harness.server.url);
    expect(client.frames).toEqual([{ seq: 2, epoch: 3, type: "hello" }]);
    publish(harness, 3);
    await expect.poll(() => client.seqs).toEqual([3, 4, 5]);
    expect(client.frames.at(-1)).toEqual({
      seq: 5,
      epoch: 3,
      topic: "events.agent.home",
      type: "text",
      at: new Date(harness.clock.now()).toISOString(),
      data: piece(2),
    });
  });

  test("brings what was missed to who comes back", async () => {
    const harness = await start();
    publish(harness, 10);
    const client = await TestSocket.open(harness.server.url, "?epoch=3&since=4");
    await expect.poll(() => client.seqs).toEqual([5, 6, 7, 8, 9, 10]);
    expect(client.frames[0]).toEqual({ seq: 4, epoch: 3, type: "hello" });
    publish(harness, 1);
    await expect.poll(() => client.seqs.at(-1)).toBe(11);
    const upToDate = await TestSocket.open(harness.server.url, "?epoch=3&since=11");
    publish(harness, 1);
    await expect.poll(() => upToDate.seqs).toEqual([12]);
    expect(upToDate.types).not.toContain("resync");
  });

  test.each([
    ["it was another life", "?epoch=2&since=2000"],
    ["it is gone", "?epoch=3&since=0"],
    ["it never was", "?epoch=3&since=999999"],
  ])("asks to fetch anew when %s", async (_, query) => {
    const harness = await start();
    publish(harness, 2_100);
    const client = await TestSocket.open(harness.server.url, query);
    publish(harness, 1);
    await expect.poll(() => client.types).toEqual(["hello", "resync", "text"]);
    expect(client.frames.map(({ seq }) => seq)).toEqual([2_100, 2_100, 2_101]);
  });

  test.each(["?epoch=3", "?since=3", "?epoch=x&since=1", "?epoch=3&since=-1", "?epoch=1&epoch=2&since=1"])(
    "refuses the query %s",
    async (query) => {
      const harness = await start();
      await expect(TestSocket.open(harness.server.url, query)).rejects.toThrow("400");
    },
  );

  test("a change of a group is an event, also where the page made it", async () => {
    const harness = await start();
    await harness.send({ method: "POST", path: "/api/groups", body: { id: "g", name: "G", folder: "g" } });
    const client = await TestSocket.open(harness.server.url);
    await harness.send({ method: "PUT", path: "/api/groups/g", body: { name: "H" } });
    await expect
      .poll(() => client.frames.at(-1))
      .toMatchObject({ data: { type: "group", groupId: "g", change: "updated" } });
  });

  test("ends politely when the gateway stops", async () => {
    const harness = await Harness.start();
    const client = await TestSocket.open(harness.server.url);
    await harness[Symbol.asyncDispose]();
    expect(await client.closed).toBe(1001);
  });

  test("what a client says is dropped, too much of it ends the connection", async () => {
    const harness = await start();
    const client = await TestSocket.open(harness.server.url);
    client.socket.send("hello?");
    client.socket.send(Buffer.alloc(8 * 1024));
    expect(await client.closed).toBe(1009);
    expect((await harness.send({ path: "/healthz" })).status).toBe(200);
  });
});

describe("who may listen", () => {
  test("whoever may use the API, and nobody else", async () => {
    const harness = await start({ password });
    const { url } = harness.server;
    await expect(TestSocket.open(url)).rejects.toThrow("401");
    await expect(TestSocket.open(url, "", basic("wrong"))).rejects.toThrow("401");
    expect((await TestSocket.open(url, "", basic(password))).types).toEqual(["hello"]);

    const signedIn = await harness.send({ method: "POST", path: "/api/session", body: { password } });
    const session = sessionOf(signedIn);
    const { cookie } = session;
    await expect(TestSocket.open(url, "", session)).rejects.toThrow("403");
    await expect(TestSocket.open(url, "", { ...session, origin: "http://evil.example" })).rejects.toThrow("403");
    const otherScheme = url.replace("http", "https");
    await expect(TestSocket.open(url, "", { ...session, origin: otherScheme })).rejects.toThrow("403");
    await expect(TestSocket.open(url, "", { cookie, origin: url })).rejects.toThrow("401");
    const offered = [eventProtocol, pageTokenProtocol + session[pageTokenHeader]];
    const client = await TestSocket.open(url, "", { cookie, origin: url }, offered);
    expect(client.types).toEqual(["hello"]);
    // The token is not said back.
    expect(client.socket.protocol).toBe(eventProtocol);

    const headers = { ...session, origin: url };
    await harness.send({ method: "DELETE", path: "/api/session", headers });
    expect(await client.closed).toBe(4401);
    await expect(TestSocket.open(url, "", headers)).rejects.toThrow("401");
  });

  test("without a password, this machine's own pages and programs", async () => {
    const harness = await start();
    const { url } = harness.server;
    const { port } = new URL(url);
    await TestSocket.open(url);
    await TestSocket.open(url, "", { host: `localhost:${port}`, origin: `http://localhost:${port}` });
    for (const headers of [
      { origin: "http://evil.example" },
      { origin: "null" },
      { origin: `http://localhost:${port}` },
      { host: `evil.example:${port}`, origin: `http://evil.example:${port}` },
      { "sec-fetch-site": "cross-site" },
    ]) {
      await expect(TestSocket.open(url, "", headers)).rejects.toThrow("403");
    }
  });

  const head = "Host: localhost\r\nConnection: Upgrade\r\n";
  const webSocket =
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const auth = `Authorization: ${basic(password)["authorization"]}\r\n`;

  /** Sends these lines, and keeps its own side of the connection open whatever the server does. */
  async function sendLines(harness: Harness, lines: string): Promise<string> {
    const { hostname, port } = new URL(harness.server.url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    started.push({ [Symbol.dispose]: () => socket.destroy() });
    socket.on("error", () => {});
    socket.write(`${lines}\r\n`);
    return text(socket);
  }

  test.each([
    ["nobody signed in", `GET /api/ws HTTP/1.1\r\n${head}${webSocket}`, 401],
    ["an address that is none of a WebSocket", `GET /api/groups HTTP/1.1\r\n${head}${webSocket}${auth}`, 400],
    ["the page's address", `GET /nothing HTTP/1.1\r\n${head}${webSocket}`, 503],
    ["no key", `GET /api/ws HTTP/1.1\r\n${head}Upgrade: websocket\r\n${auth}`, 400],
    ["an address that is none", `GET http://[ HTTP/1.1\r\n${head}${webSocket}`, 400],
    ["a POST", `POST /api/ws HTTP/1.1\r\n${head}${webSocket}${auth}`, 415],
  ])("an upgrade with %s is refused, and leaves no connection that would hold up the end", async (_, lines, status) => {
    const harness = await Harness.start({ password: status === 401 ? password : null });
    const answer = await sendLines(harness, lines);
    expect(answer.slice(0, 13)).toBe(`HTTP/1.1 ${status} `);
    await harness[Symbol.asyncDispose]();
  });

  test("an upgrade to something else is not made, as HTTP allows", async () => {
    const harness = await start();
    const answer = await sendLines(
      harness,
      `GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*"ok"/);
  });
});

describe("clients that are slow, dead or many", () => {
  const open: Caller = { type: "open" };
  async function serve(hub: EventHub, caller = (): Caller => open): Promise<string> {
    started.push(hub);
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    started.push({ [Symbol.dispose]: () => server.close() });
    server.on("connection", (socket) => hub.join(socket, caller(), null));
    await new Promise((resolve) => server.on("listening", resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  }
  const options = { clock: new ManualClock(), epoch: 1, holds: () => true };
  const noEvents = { subscribe: () => () => {} };

  test("a slow one costs no more than its socket; a short pause loses nothing", async () => {
    const hub = new EventHub({ ...options, ring: { maxFrames: 2_000, maxBytes: 64 * 1024 * 1024 } });
    const url = await serve(hub);
    const [slow, quick] = [await TestSocket.open(url), await TestSocket.open(url)];
    slow.socket.pause();
    const at = new Date(0).toISOString();
    for (let index = 0; index < 1_500; index += 1) {
      hub.publish("t", { at, event: piece(index, "x".repeat(10_000)) });
      if (index % 100 === 0) await delay(1);
    }
    await expect.poll(() => quick.seqs.length, { timeout: 10_000 }).toBe(1_500);
    expect(hub.waitingBytes).toBeLessThan(1024 * 1024);
    expect(slow.seqs.length).toBeLessThan(1_500);
    slow.socket.resume();
    await expect.poll(() => slow.seqs.length, { timeout: 10_000 }).toBe(1_500);
    expect(slow.seqs).toEqual(quick.seqs);
  });

  test("one that falls behind the replay is cut, the others go on", async () => {
    const hub = new EventHub({ ...options, ring: { maxFrames: 50, maxBytes: 64 * 1024 * 1024 } });
    const url = await serve(hub);
    const [slow, quick] = [await TestSocket.open(url), await TestSocket.open(url)];
    slow.socket.pause();
    const at = new Date(0).toISOString();
    for (let index = 0; index < 1_500; index += 1) {
      hub.publish("t", { at, event: piece(index, "x".repeat(10_000)) });
      while (quick.seqs.length < index - 10) await delay(1);
    }
    slow.socket.resume();
    expect(await slow.closed).toBe(1006);
    await expect.poll(() => quick.seqs.length).toBe(1_500);
    expect(hub.clientCount).toBe(1);
  });

  test("one that answers no ping is cut", async () => {
    const hub = new EventHub({ ...options, pingIntervalMs: 40 });
    hub.start(noEvents);
    const url = await serve(hub);
    const [dead, alive] = [await TestSocket.open(url), await TestSocket.open(url)];
    dead.socket.pause();
    await expect.poll(() => hub.clientCount).toBe(1);
    await delay(200);
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
  });

  test("one whose sign-in ended is closed at the next ping", async () => {
    let signedIn = true;
    const hub = new EventHub({ ...options, holds: () => signedIn, pingIntervalMs: 40 });
    hub.start(noEvents);
    const client = await TestSocket.open(await serve(hub));
    signedIn = false;
    expect(await client.closed).toBe(4401);
  });

  test("there are only so many", async () => {
    const hub = new EventHub({ ...options, maxClients: 1 });
    hub.requireRoom(open);
    const url = await serve(hub);
    await TestSocket.open(url);
    expect(() => hub.requireRoom(open)).toThrow(expect.objectContaining({ code: "unavailable" }));
    // Its handshake was under way.
    expect(await new TestSocket(url.replace("http", "ws"), {}).closed).toBe(1013);
  });

  test("one sign-in has only so many, and the others' room is theirs", async () => {
    const session = (name: string): Caller => ({ type: "session", session: name });
    let caller = session("a");
    const hub = new EventHub({ ...options, maxClientsEach: 2 });
    const url = await serve(hub, () => caller);
    const [first] = [await TestSocket.open(url), await TestSocket.open(url)];
    expect(() => hub.requireRoom(session("a"))).toThrow("There are 2 open pages already");
    hub.requireRoom(session("b"));
    hub.requireRoom({ type: "basic" });
    caller = session("b");
    const other = await TestSocket.open(url);
    first.socket.close();
    await expect.poll(() => hub.clientCount).toBe(2);
    hub.requireRoom(session("a"));
    expect(other.socket.readyState).toBe(other.socket.OPEN);
  });
});
