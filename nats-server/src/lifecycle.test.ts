import { connect } from "@nats-io/transport-node";
import { describe, expect, it } from "vitest";
import { NatsServer } from "./nats-server.ts";
import { RawClient } from "./testing/raw-client.ts";
import { serve } from "./testing/serve.ts";

describe("the life of a server", () => {
  it("begins with all addresses of its options, each with its real port", async () => {
    await using test = await serve({
      listen: [
        { host: "127.0.0.1", port: 0 },
        { host: "127.0.0.2", port: 0 },
      ],
    });
    const [first, second] = test.server.listeners();
    expect([first?.host, second?.host]).toEqual(["127.0.0.1", "127.0.0.2"]);
    await using left = await connect({ servers: `127.0.0.1:${first?.port}` });
    await using right = await connect({ servers: `127.0.0.2:${second?.port}` });
    const heard = new Promise((resolve) => {
      left.subscribe("a", { callback: (_error, message) => resolve(message.string()) });
    });
    await left.flush();
    right.publish("a", "across");
    expect(await heard).toBe("across");
  });

  it("takes and gives up addresses while it runs, without ending connections", async () => {
    await using test = await serve({ listen: [] });
    expect(test.server.listeners()).toEqual([]);
    const address = await test.server.addListener({ host: "127.0.0.1", port: 0 });
    await using client = await RawClient.open(address.port);
    await test.server.removeListener(address);
    await expect(connect({ port: address.port, reconnect: false })).rejects.toThrow(/refused/);
    expect(await client.exchange("")).not.toContain("closed");
    expect(await test.server.addListener(address)).toEqual(address);
  });

  it("closes who is not admitted at an address before a byte is said, and takes the others", async () => {
    await using test = await serve({ listen: [] });
    const asked: (string | undefined)[] = [];
    let admitted = false;
    const { port } = await test.server.addListener({ host: "127.0.0.1", port: 0 }, (remoteHost) => {
      asked.push(remoteHost);
      return admitted;
    });
    await using refused = await RawClient.open(port);
    expect(refused.isClosed).toBe(true);
    expect(refused.take()).toEqual([]);
    expect(test.server.monitor().totalConnections).toBe(0);
    admitted = true;
    await using client = await connect({ port });
    await client.flush();
    expect(asked).toEqual(["127.0.0.1", "127.0.0.1"]);
  });

  it("does not begin when an address is taken, and says what to do", async () => {
    await using other = await serve();
    const server = new NatsServer({
      listen: [
        { host: "127.0.0.1", port: 0 },
        { host: "127.0.0.1", port: other.port },
      ],
    });
    await expect(server.start(AbortSignal.timeout(5000))).rejects.toMatchObject({
      code: "LISTEN_FAILED",
      message: /EADDRINUSE.*other process/,
    });
    expect(server.listeners()).toEqual([]);
  });

  it("does not begin after its signal is aborted", async () => {
    const server = new NatsServer({ listen: [{ host: "127.0.0.1", port: 0 }] });
    await expect(server.start(AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
    await expect(server.addListener({ host: "127.0.0.1", port: 0 })).rejects.toMatchObject({ code: "NOT_RUNNING" });
  });

  it("ends every connection and listener, and may be ended twice", async () => {
    const test = await serve();
    const client = await connect({ port: test.port, reconnect: false });
    await test[Symbol.asyncDispose]();
    await client.closed();
    await test[Symbol.asyncDispose]();
    await expect(connect({ port: test.port, reconnect: false })).rejects.toThrow(/refused/);
    expect(test.events.at(-1)).toMatchObject({ type: "disconnect", reason: "server-shutdown" });
  });

  it("delivers what a client sent before it left", async () => {
    await using test = await serve();
    await using subscriber = await RawClient.open(test.port);
    await subscriber.exchange('CONNECT {"verbose":false}\r\nSUB a 1\r\n');
    const leaving = await RawClient.open(test.port);
    leaving.socket.end("PUB a 3\r\nbye\r\n");
    await subscriber.waitFor((frames) => frames.includes("MSG a 1 3|bye"));
    await leaving.waitFor(() => false);
    expect(leaving.isClosed).toBe(true);
  });
});
