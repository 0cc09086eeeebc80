import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { expect, test, vi } from "vitest";
import { ConnectionDoor, unfinishedRequests, type ConnectionLimits } from "./connection-door.ts";

const patient = { timeout: 20_000 };

class Bench implements AsyncDisposable {
  readonly server: Server;
  readonly sockets: Socket[] = [];

  constructor(limits: ConnectionLimits, timeouts = unfinishedRequests) {
    this.server = createServer(timeouts, (request, response) => request.resume().once("end", () => response.end("ok")));
    this.server.requestTimeout = 0;
    new ConnectionDoor(limits).watch(this.server);
  }

  async listen(): Promise<this> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return this;
  }

  /** Sends the beginning of a request, and says whether it was closed. */
  open(begin = "POST / HTTP/1.1\r\nhost: x\r\n"): { closed: () => boolean; end: () => void } {
    const address = this.server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const socket = connect(address.port, "127.0.0.1");
    let closed = false;
    socket
      .on("error", () => {})
      .once("close", () => (closed = true))
      .resume()
      .write(begin);
    this.sockets.push(socket);
    return { closed: () => closed, end: () => socket.destroy() };
  }

  async count(): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    return await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}

test.each([
  { ofAddress: 1, ofLoopback: 10, all: 100 },
  { ofAddress: 100, ofLoopback: 100, all: 10 },
])("of connections over a limit none is held, and who goes makes room (%j)", async (limits) => {
  await using bench = await new Bench(limits).listen();
  const held = Array.from({ length: 10 }, () => bench.open());
  await vi.waitFor(async () => expect(await bench.count()).toBe(10), patient);
  const over = Array.from({ length: 30 }, () => bench.open());
  await vi.waitFor(() => expect(over.every((each) => each.closed())).toBe(true), patient);
  expect(held.some((each) => each.closed())).toBe(false);
  for (const each of held.slice(0, 3)) each.end();
  await vi.waitFor(async () => expect(await bench.count()).toBe(7), patient);
  bench.open();
  await vi.waitFor(async () => expect(await bench.count()).toBe(8), patient);
});

test("a request whose headers never end is ended; one whose body takes long is not", async () => {
  await using bench = await new Bench(
    { ofAddress: 10, ofLoopback: 10, all: 10 },
    { headersTimeout: 200, connectionsCheckingInterval: 50 },
  ).listen();
  const slow = bench.open("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nfirst");
  const silent = bench.open("");
  const half = bench.open();
  await vi.waitFor(() => expect([half.closed(), silent.closed()]).toEqual([true, true]), patient);
  expect(slow.closed()).toBe(false);
});
