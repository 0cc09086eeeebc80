// Malformed and hostile byte streams: no crash, no hang, bounded memory, and the other clients notice nothing.

import { once } from "node:events";
import { createConnection } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { passwordAuthenticator } from "./nats-server.ts";
import { hostileStream, type HostileStream } from "./testing/hostile-bytes.ts";
import { RawClient } from "./testing/raw-client.ts";
import { serve } from "./testing/serve.ts";

const AT_ONCE = 40;
const BATCHES = process.env["PRAKTOR_LONG"] ? 260 : 26;
const HANG_MS = 5000;
const MEMORY_MARGIN_BYTES = 300_000_000;
const SUBJECT = "bystander.7f3a";
const CONNECT = 'CONNECT {"verbose":false,"pedantic":false,"user":"user","pass":"p"}\r\n';

/** Plays one stream; rejects when the connection is not over in time. */
async function attack(port: number, { bytes, cuts, ending }: HostileStream): Promise<void> {
  const socket = createConnection({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => undefined);
  socket.resume();
  const closed = once(socket, "close", { signal: AbortSignal.timeout(HANG_MS) });
  await Promise.race([once(socket, "connect"), closed]);
  let from = 0;
  for (const cut of [
    ...cuts.map((number) => number % (bytes.length + 1)).toSorted((left, right) => left - right),
    bytes.length,
  ]) {
    socket.write(bytes.subarray(from, cut));
    from = cut;
    await Promise.resolve();
  }
  if (ending === "wait") await delay(10);
  if (ending === "reset") socket.resetAndDestroy();
  else socket.end();
  await closed;
}

describe("hostile byte streams", () => {
  it(
    "disturb nobody and leave nothing behind",
    async () => {
      await using open = await serve();
      await using closed = await serve({ authenticator: passwordAuthenticator([{ user: "user", password: "p" }]) });
      const bystanders: RawClient[] = [];
      for (const { port } of [open, closed]) {
        const client = await RawClient.open(port);
        await client.exchange(`${CONNECT}SUB ${SUBJECT} 1\r\n`);
        bystanders.push(client);
      }
      const before = process.memoryUsage.rss();

      const property = fc.asyncProperty(
        fc.array(hostileStream, { minLength: AT_ONCE, maxLength: AT_ONCE }),
        async (streams) => {
          const attacks = streams.map((stream, index) => attack(index % 2 === 0 ? open.port : closed.port, stream));
          for (const client of bystanders)
            expect(await client.exchange(`PUB ${SUBJECT} 2\r\nhi\r\n`)).toEqual([`MSG ${SUBJECT} 1 2|hi`]);
          await Promise.all(attacks);
          for (const { server } of [open, closed]) {
            await expect.poll(() => server.monitor().connections.length, { interval: 2 }).toBe(1);
            expect(server.monitor().subscriptions).toBe(1);
          }
        },
      );
      await fc.assert(property, { numRuns: BATCHES });

      expect(process.memoryUsage.rss() - before).toBeLessThan(MEMORY_MARGIN_BYTES);
      await Promise.all(bystanders.map((client) => client[Symbol.asyncDispose]()));
    },
    BATCHES * 2000,
  );
});
