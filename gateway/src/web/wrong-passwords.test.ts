/** A flood of wrong passwords, and hosts and origins that are nearly the right ones. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { loadavg } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { checkHost } from "./request-origin.ts";
import { Harness } from "./testing/harness.ts";
import { sessionOf } from "./testing/send.ts";

const long = process.env["PRAKTOR_LONG"] === "1";
const guesses = long ? 10_000 : 1_000;
const password = "correct horse battery";
/** What makes a name nearly the right one, wherever it is put. */
const noise = ["", ".", "-", "_", "@", "%", "%00", "%2e", "#", "?", "/", "\\", ",", ";", ":", "x", "www.", "evil.net"];

/** A process of its own, so that its work is not in the gateway's event loop: 50 guesses at a time, and how often which status came. */
const guesser = `
const [, url, guesses] = process.argv;
const statuses = {};
for (let sent = 0; sent < Number(guesses); sent += 50)
  await Promise.all(Array.from({ length: 50 }, async (_, index) => {
    const headers = { "content-type": "application/json", origin: url };
    const body = JSON.stringify({ password: "wrong password " + (sent + index) });
    const answer = await fetch(url + "/api/session", { method: "POST", headers, body });
    await answer.text();
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
  }));
console.log(JSON.stringify(statuses));
`;

let before = process.threadCpuUsage();
/** The processor's time that this thread has had since the last call: of what other programs take, nothing. */
function workedMs(): number {
  const now = process.threadCpuUsage();
  const ms = (now.user + now.system - before.user - before.system) / 1000;
  before = now;
  return ms;
}

/** A busy machine keeps the loop waiting whatever it does, so there its own work alone is held to the bound. */
function expectFreeLoop(
  what: string,
  waited: ReturnType<typeof monitorEventLoopDelay>,
  worked: readonly number[],
): void {
  const waitedP99 = waited.percentile(99) / 1e6;
  const workedP99 = worked.toSorted((a, b) => a - b)[Math.floor(worked.length * 0.99)] ?? 0;
  const [load = 0] = loadavg();
  console.log(
    `${what}: a timer of 10 ms took ${waitedP99.toFixed(1)} ms (p99, those 10 included), the thread worked ${workedP99.toFixed(1)} ms between two such (p99); load ${load.toFixed(1)}`,
  );
  expect(workedP99).toBeLessThan(50);
}

test(`${guesses} wrong passwords let nobody in, are soon refused unread, and leave the owner's session alone`, async () => {
  await using harness = await Harness.start({ password });
  const headers = { origin: harness.server.url };
  const signedIn = await harness.send({ method: "POST", path: "/api/session", body: { password }, headers });
  const session = sessionOf(signedIn);
  const groups = () => harness.send({ path: "/api/groups", headers: session });
  const eventLoop = monitorEventLoopDelay({ resolution: 10 });
  eventLoop.enable();
  const flood = spawn(process.execPath, ["--input-type=module", "-e", guesser, harness.server.url, String(guesses)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void flood.kill());
  let output = "";
  flood.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const closed = once(flood, "close");
  const worked: number[] = [];
  const work = setInterval(() => worked.push(workedMs()), 10);
  workedMs();
  onTestFinished(() => clearInterval(work));
  let owners = 0;
  for (; flood.exitCode === null && flood.signalCode === null; owners += 1) {
    expect((await groups()).status).toBe(200);
    await delay(20);
  }
  await closed;
  eventLoop.disable();
  clearInterval(work);
  const statuses = z.record(z.string(), z.number()).parse(JSON.parse(output));
  expect(Object.keys(statuses).toSorted()).toEqual(["401", "429"]);
  expect(statuses["401"]).toBeLessThan(20);
  expect((statuses["401"] ?? 0) + (statuses["429"] ?? 0)).toBe(guesses);
  if (long) expectFreeLoop(`${guesses} wrong passwords, ${owners} asked by the owner`, eventLoop, worked);
  expect((await groups()).status).toBe(200);
}, 180_000);

test("of 200 hosts that are nearly the right one only the exact list is answered", () => {
  const right = "praktor.example.org";
  const variants = [...noise, "..", " ", "\t", "\0", "::"].flatMap((one) => [
    `${one}${right}`,
    `${right}${one}`,
    `praktor${one}.example.org`,
    `praktor.example${one}.org`,
    `${one}.${right}`,
    `${right}.${one}`,
    `${right}, ${one}`,
    `${one}@${right}`,
    `${right}:${one}`,
  ]);
  expect(variants.length).toBeGreaterThan(200);
  const rule = { loopbackOnly: false, allowed: [right] };
  const answered = new Set(variants.filter((host) => checkHost(host, rule) === null));
  expect([...answered]).toEqual([right]);
  expect(checkHost(right.toUpperCase(), rule)).toBeNull();
  expect(checkHost(`${right}:8443`, rule)).toBeNull();
});

describe("of more than 200 origins that are nearly the right one only the exact one is answered", () => {
  let harness: Harness;
  let session: ReturnType<typeof sessionOf>;
  let host: string;
  const name = "praktor.example.org";
  beforeAll(async () => {
    harness = await Harness.start({ password, allowedHosts: [name] });
    host = `${name}:${new URL(harness.server.url).port}`;
    const body = { password };
    const signedIn = await harness.send({ method: "POST", path: "/api/session", body, headers: { host } });
    session = sessionOf(signedIn);
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  const variants = (): string[] => {
    const right = `http://${host}`;
    const port = host.split(":")[1] ?? "";
    const schemes = ["https", "ws", "wss", "file", "data", "ftp", "chrome-extension", "null", "HTTPS", ""];
    const others = [
      "null",
      "*",
      "",
      "undefined",
      "http://",
      "//",
      `http://${name}`,
      `http://${name}:80`,
      `http://127.0.0.1:${port}`,
      `http://localhost:${port}`,
      `http://[::1]:${port}`,
      `http://evil.net#${right}`,
      `http://evil.net/${right}`,
      `http://${name}:0${port}`,
    ];
    const near = noise.flatMap((one) => [
      `${one}${right}`,
      `${right}${one}`,
      `http://${one}${host}`,
      `http://praktor${one}.example.org:${port}`,
      `http://praktor.example${one}.org:${port}`,
      `http://${name}${one}:${port}`,
      `http://${name}:${port}${one}`,
      `http://${one}.${host}`,
      `${right}.${one}`,
      `${right}, ${one}`,
      `${right} ${one}`,
      `${one}, ${right}`,
      `http://${one}@${host}`,
      `${right}@${one}`,
    ]);
    return [...new Set([...near, ...others, ...schemes.map((scheme) => `${scheme}://${host}`)])];
  };

  test("by HTTP", async () => {
    const answered: string[] = [];
    const refusals = new Set<number>();
    for (const origin of variants()) {
      const body = { id: "home", name: "Home", folder: "home" };
      const sent = { method: "POST", path: "/api/groups", body, headers: { host, ...session, origin } };
      const { status } = await harness.send(sent);
      if (status === 403) refusals.add(status);
      else answered.push(origin);
    }
    expect(variants().length).toBeGreaterThan(200);
    // Spaces around a header's value are none of it.
    expect(new Set(answered.map((origin) => origin.trim()))).toEqual(new Set([`http://${host}`]));
    expect(refusals).toEqual(new Set([403]));
  });

  test("by WebSocket, where hosts are tried too", async () => {
    const upgraded = (headers: Record<string, string>): Promise<boolean> =>
      new Promise((resolve, reject) => {
        const { hostname, port } = new URL(harness.server.url);
        const key = { "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" };
        const asked = { connection: "Upgrade", upgrade: "websocket", ...session, ...key, ...headers };
        const sent = request({ host: hostname, port, path: "/api/ws", headers: asked, agent: false });
        sent.on("upgrade", (_, socket) => {
          socket.destroy();
          resolve(true);
        });
        sent.on("response", (answer) => {
          answer.resume();
          resolve(false);
        });
        sent.on("error", reject);
        sent.end();
      });
    const accepted = new Set<string>();
    for (const origin of variants()) if (await upgraded({ host, origin })) accepted.add(origin.trim());
    expect(accepted).toEqual(new Set([`http://${host}`]));
    for (const other of [`evil.net`, `${name}.evil.net`, `x${name}`, `${name}.`, `evil.net:${host.split(":")[1]}`])
      expect(await upgraded({ host: other, origin: `http://${other}` })).toBe(false);
  });
});
