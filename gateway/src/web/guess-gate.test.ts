/** Guesses over the limit cost nothing but an answer. */
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Harness } from "./testing/harness.ts";
import { basic } from "./testing/send.ts";

const password = "correct horse battery";
let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start({ password });
  for (let tries = 0; tries < 10; tries += 1) await harness.send({ path: "/api/groups", headers: basic("wrong") });
});
afterAll(() => harness[Symbol.asyncDispose]());

/** What comes back for bytes of which nothing follows, until the server ends the connection. */
async function raw(head: string): Promise<string> {
  const { hostname, port, host } = new URL(harness.server.url);
  const socket = connect(Number(port), hostname);
  socket.write(`${head}\r\nHost: ${host}\r\n\r\n`);
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
  await once(socket, "end");
  return answer;
}

test("a guess is refused before its body has come, and a long one ends the connection", async () => {
  const answer = await raw("POST /api/session HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 1000000");
  expect(answer).toMatch(/^HTTP\/1.1 429 /);
  expect(answer).toContain("Connection: close");
  expect(answer).toContain('"code":"too_many_attempts"');
  const chunked = await raw("PUT /api/x HTTP/1.1\r\nAuthorization: basic YTpi\r\nTransfer-Encoding: chunked");
  expect(chunked).toMatch(/^HTTP\/1.1 429 /);
});

test("the refusal says when to try again and carries the headers of every answer", async () => {
  const refused = await harness.send({ method: "POST", path: "/api/session?x", body: { password } });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  const other = await harness.send({ path: "/api/groups" });
  expect(other.status).toBe(401);
  for (const name of ["content-security-policy", "x-content-type-options", "cache-control", "referrer-policy"]) {
    expect(refused.headers[name]).toBe(other.headers[name]);
  }
});

test("who asks for a WebSocket guesses no more than others", async () => {
  const { hostname, port } = new URL(harness.server.url);
  const asked = {
    ...basic("another guess"),
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const sent = request({ host: hostname, port, path: "/api/ws", headers: asked, agent: false }).end();
  const statusCode = await new Promise((resolve, reject) => {
    sent.on("response", (answer) => resolve(answer.resume().statusCode));
    sent.on("error", reject);
  });
  expect(statusCode).toBe(429);
});

test("what carries no password is not held up", async () => {
  for (const path of ["/", "/healthz", "/api/session"]) expect((await harness.send({ path })).status).not.toBe(429);
  expect((await harness.send({ path: "/healthz", headers: basic("wrong") })).status).toBe(200);
});
