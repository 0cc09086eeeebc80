/** Bytes that are no WebSocket frames, or frames as nobody would mean them: the connection ends, the service goes on. */
import { once } from "node:events";
import { connect } from "node:net";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Harness, recordingLogger } from "./testing/harness.ts";
import { TestSocket } from "./testing/socket.ts";

const runs = process.env["PRAKTOR_LONG"] === "1" ? 10_000 : 300;
const { logger, errors } = recordingLogger();
let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ logger });
});
afterAll(() => harness[Symbol.asyncDispose]());

/** A frame whose head says what it likes; the length may lie. */
const frames = fc
  .record({
    first: fc.nat(255),
    masked: fc.boolean(),
    length: fc.oneof(fc.nat(125), fc.constantFrom(126, 127)),
    extended: fc.uint8Array({ maxLength: 8 }),
    payload: fc.uint8Array({ maxLength: 200 }),
  })
  .map(({ first, masked, length, extended, payload }) =>
    Buffer.concat([Buffer.from([first, length | (masked ? 0x80 : 0)]), extended, payload]),
  );
const streams = fc
  .array(fc.oneof({ weight: 3, arbitrary: frames }, fc.uint8Array({ maxLength: 64 })), { minLength: 1, maxLength: 6 })
  .map((pieces) => Buffer.concat(pieces));

/** Upgrades, says `bytes`, hangs up; the server's status. */
async function say(bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(harness.server.url);
  const socket = connect({ host: hostname, port: Number(port) });
  const closed = once(socket, "close");
  let received = "";
  socket.on("error", () => {});
  socket.on("data", (data) => {
    if (received === "") socket.end(bytes);
    received += data.toString("latin1");
  });
  socket.setTimeout(5_000, () => socket.destroy());
  const head = ["GET /api/ws HTTP/1.1", `Host: ${hostname}:${port}`, "Upgrade: websocket", "Connection: Upgrade"];
  const handshake = ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", ""];
  socket.write([...head, ...handshake].join("\r\n"));
  await closed;
  return received.split("\r\n", 1)[0] ?? "";
}

test(`${runs} connections that speak nonsense`, { timeout: runs * 50 }, async () => {
  const lines = new Set<string>();
  const streamsLeft = fc.sample(streams, runs);
  const lanes = Array.from({ length: 8 }, async () => {
    for (let bytes = streamsLeft.pop(); bytes; bytes = streamsLeft.pop()) lines.add(await say(bytes));
  });
  await Promise.all(lanes);
  expect([...lines]).toEqual(["HTTP/1.1 101 Switching Protocols"]);
  expect(errors).toEqual([]);
  expect((await TestSocket.open(harness.server.url)).types).toEqual(["hello"]);
});
