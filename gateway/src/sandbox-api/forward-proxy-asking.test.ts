/** Hosts that wait for a person's yes, tried with raw requests against a real endpoint. */
import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { HostAnswer } from "../agent/host-approvals.ts";
import { EndpointBench, tokenOf } from "./testing/endpoint-bench.ts";

interface Asked {
  place: string;
  signal: AbortSignal;
  answer: (answer: HostAnswer) => void;
}

let bench: EndpointBench;
let origin: Server;
let port: number;
let asked: Asked[];
const sockets: Socket[] = [];
const never = new AbortController().signal;
const refused: HostAnswer = { type: "refused", reason: "good.example: a person said no." };

beforeEach(async () => {
  bench = await EndpointBench.start();
  asked = [];
  bench.askHost = async (_, place, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<HostAnswer>();
    signal.addEventListener("abort", () => reject(new Error("gone")));
    asked.push({ place, signal, answer: resolve });
    return await promise;
  };
  origin = createServer((request, response) => response.end(`hello from ${request.headers.host}`));
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  const address = origin.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  bench.names.set("good.example", ["127.0.0.1"]);
  bench.names.set("free.example", ["127.0.0.1"]);
  const allow = [`free.example:${port}`, `good.example:${port}`, "good.example"];
  bench.rules.set("a", { ownerId: "a", policy: "allowlist", allow, ask: ["good.example"] });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  origin.closeAllConnections();
  origin.close();
  await bench[Symbol.asyncDispose]();
});

const credentials = `proxy-authorization: Basic ${Buffer.from(`praktor:${tokenOf("a")}`).toString("base64")}\r\n`;

/** A connection that says this, all that came back, and its end. */
function say(text: string): { socket: Socket; text: () => string; closed: Promise<string> } {
  let answer = "";
  const socket = connect(bench.port, "127.0.0.1");
  sockets.push(socket);
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString())).on("error", () => {});
  const closed = new Promise<string>((resolve) => socket.once("close", () => resolve(answer)));
  socket.write(text);
  return { socket, text: () => answer, closed };
}
const tunnel = (target: string, early = "") => say(`CONNECT ${target} HTTP/1.1\r\n${credentials}\r\n${early}`);
const request = "GET /x HTTP/1.1\r\nhost: good.example\r\nconnection: close\r\n\r\n";
const isAsked = async (count: number): Promise<Asked> => {
  await expect.poll(() => asked.length, { timeout: 20_000 }).toBe(count);
  const last = asked[count - 1];
  if (!last) throw new Error("nobody was asked");
  return last;
};

test("a tunnel waits for the yes, loses nothing that its client said meanwhile, and looks up no name before", async () => {
  const waiting = tunnel(`GOOD.example:${port}`, request.slice(0, 10));
  const question = await isAsked(1);
  expect(question.place).toBe(`good.example:${port}`);
  waiting.socket.write(request.slice(10));
  expect([waiting.text(), bench.resolved]).toEqual(["", []]);
  question.answer({ type: "allowed", until: never });
  expect(await waiting.closed).toMatch(/^HTTP\/1\.1 200 [^]*hello from good\.example/);
});

test("a plain request waits too; a no is told in words, and the host is not connected to", async () => {
  const plain = say(`GET http://good.example:${port}/ HTTP/1.1\r\nhost: x\r\n${credentials}\r\n`);
  (await isAsked(1)).answer({ type: "allowed", until: never });
  expect(await plain.closed).toContain(`hello from good.example:${port}`);
  const second = say(`GET http://good.example:${port}/ HTTP/1.1\r\nhost: x\r\n${credentials}\r\n`);
  (await isAsked(2)).answer(refused);
  expect(await second.closed).toMatch(/^HTTP\/1\.1 403 good\.example: a person said no\.[^]*\ngood\.example: a person/);
  const third = tunnel(`good.example:${port}`);
  (await isAsked(3)).answer(refused);
  expect(await third.closed).toMatch(/^HTTP\/1\.1 403 good\.example: a person said no\./);
  expect(bench.resolved).toHaveLength(1);
  // The list of refusals is for what the list of hosts could let through.
  expect(bench.refused.of("a")).toEqual([]);
});

test("no other way of writing the host, its port or its address gets by the question", async () => {
  const ways = ["good.example.", "good%2eexample", "good.example%00", "127.0.0.1", "2130706433", "0x7f.1", "[::1]"];
  for (const host of ways) {
    expect(await tunnel(`${host}:${port}`).closed).toMatch(/^HTTP\/1\.1 40[03] /);
    const url = `http://${host}:${port}/`;
    expect(await say(`GET ${url} HTTP/1.1\r\nhost: good.example\r\n${credentials}\r\n`).closed).toMatch(/ 40[03] /);
  }
  for (const url of [`http://free.example:${port}@good.example:${port}/`, `http:\\\\good.example:${port}/`]) {
    expect(await say(`GET ${url} HTTP/1.1\r\nhost: x\r\n${credentials}\r\n`).closed).toMatch(/^HTTP\/1\.1 40[0-9] /);
  }
  expect(asked).toEqual([]);
  // The target is what counts, not the host that the request names besides.
  const named = say(`GET http://good.example/ HTTP/1.1\r\nhost: free.example:${port}\r\n${credentials}\r\n`);
  (await isAsked(1)).answer(refused);
  expect(await named.closed).toMatch(/^HTTP\/1\.1 403 /);
});

test.each([
  ["hangs up", (socket: Socket) => socket.end()],
  ["is killed", (socket: Socket) => socket.resetAndDestroy()],
  ["says too much", (socket: Socket) => socket.write(Buffer.alloc(200_000))],
])("a client that %s waits no more", async (_, leave) => {
  const waiting = tunnel(`good.example:${port}`);
  const plain = say(`GET http://good.example:${port}/ HTTP/1.1\r\nhost: x\r\n${credentials}\r\n`);
  await isAsked(2);
  leave(waiting.socket);
  plain.socket.destroy();
  await expect.poll(() => asked.every(({ signal }) => signal.aborted), { timeout: 20_000 }).toBe(true);
  for (const { answer } of asked) answer({ type: "allowed", until: never });
  await waiting.closed;
  expect(bench.resolved).toEqual([]);
});

test("what a yes has opened is closed when it is over, and when the rules change those who wait are sent away", async () => {
  const over = new AbortController();
  const open = tunnel(`good.example:${port}`);
  (await isAsked(1)).answer({ type: "allowed", until: over.signal });
  await expect.poll(open.text, { timeout: 20_000 }).toContain("200 Connection established");
  const waiting = tunnel(`good.example:${port}`);
  const question = await isAsked(2);
  over.abort();
  await open.closed;
  bench.forwardProxy.cut("a");
  expect(await waiting.closed).toBe("");
  await expect.poll(() => question.signal.aborted, { timeout: 20_000 }).toBe(true);
  const late = tunnel(`good.example:${port}`);
  (await isAsked(3)).answer({ type: "allowed", until: over.signal });
  expect(await late.closed).toBe("");
});

test("a bounded number of a group's connections waits, and others are not held up by them", async () => {
  const many = Array.from({ length: 40 }, () => tunnel(`good.example:${port}`));
  const statuses = (): string[] => many.map(({ text }) => text().slice(9, 12));
  await expect.poll(() => statuses().filter((status) => status === "503"), { timeout: 20_000 }).toHaveLength(8);
  expect(asked).toHaveLength(32);
  const free = tunnel(`free.example:${port}`, request);
  expect(await free.closed).toContain("hello from good.example");
  for (const { answer } of asked) answer(refused);
  await Promise.all(many.map(({ closed }) => closed));
  const again = tunnel(`good.example:${port}`);
  (await isAsked(33)).answer(refused);
  expect(await again.closed).toMatch(/^HTTP\/1\.1 403 /);
});

test("the endpoint ends while tunnels are open and connections wait", async () => {
  const open = tunnel(`free.example:${port}`);
  const waiting = tunnel(`good.example:${port}`);
  await isAsked(1);
  await expect.poll(open.text, { timeout: 20_000 }).toContain("200 Connection established");
  await bench.endpoint.unlisten("127.0.0.1");
  await Promise.all([open.closed, waiting.closed]);
});
