// What is measured on one server: round trips with the official client, and streams with clients that only count bytes.

import { setImmediate as turn } from "node:timers/promises";
import { connect } from "@nats-io/transport-node";
import { ByteClient } from "./byte-client.ts";

/** Bytes that may be under way to each subscriber: enough to keep the server busy, too few to make a slow consumer. */
const WINDOW_BYTES = 2_097_152;
const BATCH_BYTES = 65_536;

export interface Latency {
  p50Micros: number;
  p99Micros: number;
}

/** Sequential requests from one official client to another. */
export async function measureRequestReply(port: number, requests: number): Promise<Latency> {
  const responder = await connect({ port });
  const requester = await connect({ port });
  const payload = new Uint8Array(128);
  responder.subscribe("bench.request", { callback: (_error, message) => void message.respond(payload) });
  await responder.flush();
  const micros: number[] = [];
  for (let index = 0; index < requests + requests / 4; index++) {
    const startedAt = performance.now();
    await requester.request("bench.request", payload, { timeout: 5000 });
    if (index >= requests / 4) micros.push((performance.now() - startedAt) * 1000);
  }
  await Promise.all([requester.close(), responder.close()]);
  micros.sort((left, right) => left - right);
  return {
    p50Micros: micros[Math.floor(micros.length * 0.5)] ?? 0,
    p99Micros: micros[Math.floor(micros.length * 0.99)] ?? 0,
  };
}

export interface Stream {
  publishers: number;
  subscribers: number;
  payloadBytes: number;
  /** Published by all publishers together. */
  messages: number;
  /** Subscriptions to other subjects, held by one more client. */
  otherSubscriptions?: number;
}

/** Messages published per second, until every subscriber has every message. */
export async function measureStream(port: number, stream: Stream): Promise<number> {
  const { publishers, subscribers, payloadBytes, otherSubscriptions = 0 } = stream;
  const other = await ByteClient.open(
    port,
    Array.from({ length: otherSubscriptions }, (_, index) => `other.${index % 100}.${index}`),
  );
  const receiving = await Promise.all(
    Array.from({ length: subscribers }, () => ByteClient.open(port, ["bench.stream"])),
  );
  const sending = await Promise.all(Array.from({ length: publishers }, () => ByteClient.open(port, [])));
  const publication = Buffer.from(`PUB bench.stream ${payloadBytes}\r\n${"x".repeat(payloadBytes)}\r\n`);
  const deliveryBytes = `MSG bench.stream 0 ${payloadBytes}\r\n`.length + payloadBytes + 2;
  const perBatch = Math.max(1, Math.floor(BATCH_BYTES / publishers / publication.length));
  const batch = Buffer.concat(Array.from({ length: perBatch }, () => publication));
  const rounds = Math.ceil(stream.messages / perBatch / publishers);
  const total = rounds * publishers * perBatch;
  const receivedBytes = () => receiving.reduce((sum, client) => sum + client.received, 0);

  const startedAt = performance.now();
  for (let round = 1; round <= rounds; round++) {
    await Promise.all(sending.map((client) => client.send(batch)));
    const sentBytes = round * publishers * perBatch * deliveryBytes;
    while (receivedBytes() < (sentBytes - WINDOW_BYTES) * subscribers) await turn();
  }
  while (receivedBytes() < total * deliveryBytes * subscribers) await turn();
  const seconds = (performance.now() - startedAt) / 1000;
  for (const client of [other, ...receiving, ...sending]) client.close();
  return total / seconds;
}
