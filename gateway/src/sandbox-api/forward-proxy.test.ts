/** The way out of an `allowlist` sandbox, tried with raw requests against a real endpoint. */
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EndpointBench, tokenOf } from "./testing/endpoint-bench.ts";

let bench: EndpointBench;
let origin: Server;
let port: number;
const asked: { url: string; headers: Record<string, unknown> }[] = [];

beforeEach(async () => {
  bench = await EndpointBench.start();
  asked.length = 0;
  origin = createServer((request, response) => {
    asked.push({ url: request.url ?? "", headers: request.headers });
    request.resume().once("end", () => response.end(`hello from ${request.headers.host}`));
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  const address = origin.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  bench.names.set("good.example", ["127.0.0.1"]);
  bench.rules.set("a", {
    ownerId: "a",
    policy: "allowlist",
    allow: [`good.example:${port}`, "inside.example:80"],
    ask: [],
  });
});
afterEach(async () => {
  origin.closeAllConnections();
  origin.close();
  await bench[Symbol.asyncDispose]();
});

const basic = (token: string): string => `Basic ${Buffer.from(`praktor:${token}`).toString("base64")}`;

/** Sends bytes as they are, and reads until the other side ends. */
async function say(text: string, then = ""): Promise<string> {
  const socket = connect(bench.port, "127.0.0.1");
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let answer = "";
  socket.on("data", (chunk: Buffer) => {
    answer += chunk.toString();
    if (then !== "" && answer.includes("200 Connection established")) {
      socket.write(then);
      then = "";
    }
  });
  socket.once("error", reject).once("close", () => resolve(answer));
  socket.setTimeout(10_000, () => socket.destroy(new Error(`no end; so far: ${answer}`)));
  socket.write(text);
  return await promise;
}

const tunnel = (target: string, token = tokenOf("a")): Promise<string> =>
  say(
    `CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\nproxy-authorization: ${basic(token)}\r\n\r\n`,
    "GET /through HTTP/1.1\r\nhost: good.example\r\nconnection: close\r\n\r\n",
  );
const plain = (url: string, headers = "", token = tokenOf("a")): Promise<string> =>
  say(`GET ${url} HTTP/1.1\r\nhost: other.example\r\nproxy-authorization: ${basic(token)}\r\n${headers}\r\n`);

describe("the forward proxy", () => {
  test("tunnels to an allowed host, at the address that it looked up once", async () => {
    expect(await tunnel(`good.example:${port}`)).toContain("hello from good.example");
    expect(await tunnel(`GOOD.example:${port}`)).toContain("hello from good.example");
    expect(bench.resolved).toEqual(["good.example", "good.example"]);
  });

  test("passes plain requests on under the target's own name, without the token and what belongs to the connection", async () => {
    const answer = await plain(`http://good.example:${port}/a?b=c`, "x-own: 1\r\nconnection: x-hop\r\nx-hop: 2\r\n");
    expect(answer).toContain(`hello from good.example:${port}`);
    expect(asked).toMatchObject([{ url: "/a?b=c", headers: { "x-own": "1" } }]);
    expect(Object.keys(asked[0]?.headers ?? {})).not.toEqual(expect.arrayContaining(["proxy-authorization"]));
    expect(asked[0]?.headers["x-hop"]).toBeUndefined();
  });

  test("refuses a host that is not on the list in words, also where only the status line is shown, and remembers it", async () => {
    const answer = await tunnel("bad.example:443");
    expect(answer.split("\r\n")[0]).toBe(
      "HTTP/1.1 403 bad.example is not on this group's list of allowed hosts; the owner can add it.",
    );
    expect(await plain("http://bad.example:8080/")).toContain("\nbad.example:8080 is not on this group's list");
    expect(bench.refused.of("a").map(({ host }) => host)).toEqual(["bad.example:8080", "bad.example"]);
    expect(bench.resolved).toEqual([]);
    expect(asked).toEqual([]);
  });

  test.each(["10.1.2.3", "169.254.169.254", "::ffff:192.168.1.1"])(
    "connects nowhere when one of a name's addresses is %s",
    async (address) => {
      bench.names.set("good.example", ["127.0.0.1", address]);
      const answer = await tunnel(`good.example:${port}`);
      expect(answer).toMatch(/^HTTP\/1\.1 403 good\.example does not lead to a public address/);
      expect(answer).toContain("x-proxy-error: blocked-by-allowlist");
      expect(asked).toEqual([]);
    },
  );

  test.each([
    ["without a token", "wrong", /^HTTP\/1\.1 407 /],
    ["of a group whose policy is another", tokenOf("b"), /^HTTP\/1\.1 403 This group has no allow-list/],
  ])("is closed to a sandbox %s", async (_, token, status) => {
    bench.rules.set("b", { ownerId: "b", policy: "open", allow: [`good.example:${port}`], ask: [] });
    expect(await tunnel(`good.example:${port}`, token)).toMatch(status);
    expect(await plain(`http://good.example:${port}/`, "", token)).toMatch(status);
    expect(asked).toEqual([]);
  });

  test("is closed to a token on another group's bridge", async () => {
    const other = await bench.endpoint.listen("127.0.0.2", "b", () => true);
    const answer = new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connect(other, "127.0.0.2", () =>
        socket.write(`CONNECT good.example:${port} HTTP/1.1\r\nproxy-authorization: ${basic(tokenOf("a"))}\r\n\r\n`),
      );
      socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
      socket.once("error", reject).once("close", () => resolve(text));
    });
    expect(await answer).toMatch(/^HTTP\/1\.1 407 /);
  });

  test("says what it takes when a target is none", async () => {
    for (const target of ["good.example", "good.example:0", "[::1]:443", "a@good.example:443", ":443"]) {
      expect(await tunnel(target)).toMatch(/^HTTP\/1\.1 400 /);
    }
    for (const url of ["https://good.example/", "ftp://good.example/", "http://u@good.example/", "http://[::1]/"]) {
      expect(await plain(url)).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect(asked).toEqual([]);
  });

  test("names what was not found or not reached", async () => {
    expect(await tunnel("inside.example:80")).toMatch(/^HTTP\/1\.1 502 The name inside\.example was not found/);
    const closed = port;
    origin.close();
    origin.closeAllConnections();
    expect(await tunnel(`good.example:${closed}`)).toMatch(/^HTTP\/1\.1 502 good\.example:\d+ could not be reached/);
  });

  test("cuts open tunnels when the group's rules change", async () => {
    const socket = connect(bench.port, "127.0.0.1");
    const established = new Promise<void>((resolve) => socket.once("data", () => resolve()));
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {});
    socket.write(`CONNECT good.example:${port} HTTP/1.1\r\nproxy-authorization: ${basic(tokenOf("a"))}\r\n\r\n`);
    await established;
    bench.forwardProxy.cut("b");
    expect(socket.destroyed).toBe(false);
    bench.forwardProxy.cut("a");
    await closed;
  });

  test("bounds the connections of one group", async () => {
    const sockets = Array.from({ length: 140 }, () => connect(bench.port, "127.0.0.1"));
    const answers = await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<string>((resolve) => {
            socket.on("error", () => resolve("error"));
            socket.once("data", (chunk: Buffer) => resolve(chunk.toString().slice(9, 12)));
            socket.write(
              `CONNECT good.example:${port} HTTP/1.1\r\nproxy-authorization: ${basic(tokenOf("a"))}\r\n\r\n`,
            );
          }),
      ),
    );
    for (const socket of sockets) socket.destroy();
    expect(answers.filter((status) => status === "200")).toHaveLength(128);
    expect(answers.filter((status) => status === "503")).toHaveLength(12);
  });

  test.each([
    ["requests", (one: string) => one.repeat(50)],
    [
      "tunnels",
      (one: string) =>
        `${one}CONNECT good.example:${port} HTTP/1.1\r\nproxy-authorization: ${basic(tokenOf("a"))}\r\n\r\n`,
    ],
  ])(
    "one connection of a sandbox is one connection to a host, also where further %s follow the first at once",
    async (_, many) => {
      let made = 0;
      const first = Promise.withResolvers<void>();
      origin.on("connection", () => {
        made += 1;
        first.resolve();
      });
      origin.removeAllListeners("request");
      const release = Promise.withResolvers<void>();
      origin.on("request", (_request, response) => void release.promise.then(() => response.end("late")));
      const one = `GET http://good.example:${port}/ HTTP/1.1\r\nhost: x\r\nproxy-authorization: ${basic(tokenOf("a"))}\r\n\r\n`;
      const answer = say(many(one));
      await first.promise;
      // A way to the proxy and back: what it was going to do about the others has been begun.
      expect(await tunnel("bad.example:443")).toContain("403");
      release.resolve();
      await answer;
      expect(made).toBe(1);
      expect(bench.resolved).toEqual(["good.example"]);
    },
  );
});
