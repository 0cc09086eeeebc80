/** Requests as nobody would mean them: no crash, and never an answer that says that we failed. `PRAKTOR_LONG=1` tries many more. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Harness, recordingLogger } from "./testing/harness.ts";
import { statusLine } from "./testing/status-line.ts";

const runs = process.env["PRAKTOR_LONG"] === "1" ? 12_000 : 1_000;
const { logger, errors } = recordingLogger();
let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ logger });
  await mkdir(join(harness.directory, "ui"));
  await writeFile(join(harness.directory, "ui", "index.html"), "<!doctype html>");
  await harness.send({ method: "POST", path: "/api/groups", body: { id: "home", name: "Home", folder: "home" } });
});
afterAll(() => harness[Symbol.asyncDispose]());

const ids = fc.constantFrom(
  "home",
  "home",
  "home",
  "home",
  "none",
  "..",
  "%2e%2e",
  "a.b",
  "%00",
  "%",
  "",
  "*",
  "{id}",
  "constructor",
  "__proto__",
);
const paths = fc.oneof(
  { weight: 3, arbitrary: fc.constant("/api/groups/home/messages") },
  fc.constantFrom(
    "/",
    "*",
    "",
    "/api",
    "/healthz",
    "/readyz",
    "/api/session",
    "/api/groups",
    "/api/status",
    "/api/agents",
    "/api/ws",
    "/api/openapi.json",
    "//",
    "/\\",
    "http://[",
    "http://x/api/groups",
  ),
  fc
    .tuple(fc.constantFrom("", "/messages", "/turns", "/files", "/files/content", "/conversations", "/x"), ids)
    .map(([tail, id]) => `/api/groups/${id}${tail}`),
  ids.map((id) => `/api/turns/${id}/stop`),
  ids.map((id) => `/api/agents/${id}/stop`),
  fc.webPath(),
);
const values = fc.oneof(
  fc.string(),
  fc.constantFrom("1", "-1", "1e400", "NaN", "null", "%00", "%", "[]", "../../x", "a".repeat(3_000)),
);
const oddQueries = fc
  .array(
    fc.tuple(
      fc.constantFrom("limit", "before", "conversation_id", "path", "epoch", "since", "__proto__", "limit[]"),
      values,
    ),
    { maxLength: 3 },
  )
  .map((pairs) => (pairs.length === 0 ? "" : `?${pairs.map(([name, value]) => `${name}=${value}`).join("&")}`));
const queries = fc.oneof(fc.constant(""), oddQueries);
const goodBody = fc.constantFrom<unknown>(
  { id: "a", name: "A", folder: "a" },
  { text: "hello" },
  { name: "B" },
  { password: "x" },
);
const bodies = fc.oneof(
  fc.json(),
  { weight: 3, arbitrary: goodBody.map((body) => JSON.stringify(body)) },
  goodBody.chain((body) => fc.nat(40).map((end) => JSON.stringify(body).slice(0, end))),
  fc
    .record(
      { id: fc.anything(), name: fc.anything(), folder: fc.anything(), text: fc.anything(), password: fc.anything() },
      { requiredKeys: [] },
    )
    .map((body) => fc.stringify(body)),
  fc.string({ unit: "binary" }),
  fc.constant("[".repeat(20_000)),
  fc.constant('{"text":"\\ud800"}'),
  fc.constant('{"__proto__":{"x":1},"text":"y"}'),
);
const oddHeaders = fc.array(
  fc.oneof(
    fc.constantFrom(
      "Content-Type: application/json",
      "Content-Type: application/json;charset=utf-7",
      "Content-Type: multipart/form-data",
      "Transfer-Encoding: chunked",
      "Transfer-Encoding: gzip",
      "Content-Length: -1",
      "Content-Length: 99999999999999999999",
      "Host: evil.example",
      "Host: ",
      "Host: [",
      "Origin: null",
      "Origin: http://evil.example",
      "Authorization: Basic ////",
      "Authorization: ",
      "Cookie: a=%; =; a=",
      "Accept-Encoding: gzip;q=x",
      "If-None-Match: *",
      "Idempotency-Key: \u00ff",
      "Range: bytes=0-",
      "Expect: 100-continue",
      "Expect: x",
      "Upgrade: websocket\r\nConnection: Upgrade",
      "Upgrade: h2c\r\nConnection: Upgrade",
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-Fetch-Site: same-origin",
    ),
    fc.tuple(fc.string(), fc.string()).map(([name, value]) => `${name}: ${value}`),
  ),
  { maxLength: 4 },
);
const headers = fc.oneof({ weight: 3, arbitrary: fc.constant<string[]>([]) }, oddHeaders);
const methods = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("GET", "POST", "PUT", "DELETE") },
  { weight: 1, arbitrary: fc.constantFrom("HEAD", "PATCH", "OPTIONS", "TRACE", "CONNECT", "QUERY", "get", "BREW", "") },
);

/** Few of the generated ones are whole in every part, and what is right must be among them. */
const sound = [
  "POST /api/groups/home/messages HTTP/1.1",
  "Host: localhost",
  "Content-Type: application/json",
  "Content-Length: 16",
  "Connection: close",
  "",
  '{"text":"hello"}',
].join("\r\n");

const generated = fc
  .record({
    method: methods,
    path: paths,
    query: queries,
    headers,
    body: bodies,
    host: fc.nat(7).map((n) => n > 0),
    length: fc.nat(3).map((n) => n > 0),
    json: fc.boolean(),
  })
  .map(({ method, path, query, headers, body, host, length, json }) => {
    const lines = [`${method} ${path}${query} HTTP/1.1`, ...headers];
    if (host) lines.push("Host: localhost");
    if (json) lines.push("Content-Type: application/json");
    if (length) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    lines.push("Connection: close", "", body);
    return lines.join("\r\n");
  });
const requests = fc.oneof({ weight: 49, arbitrary: generated }, fc.constant(sound));

test(`${runs} malformed requests`, { timeout: runs * 30 }, async () => {
  const statuses = new Map<string, number>();
  const batches = fc.sample(requests, runs);
  const lanes = Array.from({ length: 8 }, async () => {
    for (let request = batches.pop(); request !== undefined; request = batches.pop()) {
      const line = await statusLine(harness.server.url, request, { patienceMs: 2_000, thenEndMs: 300 });
      const status = line?.split(" ")[1] ?? "closed";
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      expect({ request, line }).not.toMatchObject({ line: expect.stringMatching(/^HTTP\/1\.1 5/) });
    }
  });
  await Promise.all(lanes);
  expect(errors).toEqual([]);
  // The generator reaches the routes, not only the door.
  for (const status of ["200", "202", "400", "403", "404", "415"]) expect([...statuses.keys()]).toContain(status);
  expect((await harness.send({ path: "/healthz" })).status).toBe(200);
});
