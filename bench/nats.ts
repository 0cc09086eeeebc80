// The embedded NATS server beside a real nats-server, in the same run.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findReferenceServer, startReferenceServer } from "@praktor/nats-server/testing/reference-server";
import { measureRequestReply, measureStream, type Stream } from "./nats/workloads.ts";

export const name = "nats";

const ROUNDS = 5;
const REQUESTS = 4000;

const STREAMS: readonly (Stream & { label: string })[] = [
  { label: "1→1, 128 B", publishers: 1, subscribers: 1, payloadBytes: 128, messages: 200_000 },
  { label: "1→100, 128 B", publishers: 1, subscribers: 100, payloadBytes: 128, messages: 8000 },
  { label: "100→1, 128 B", publishers: 100, subscribers: 1, payloadBytes: 128, messages: 100_000 },
  { label: "1→1, 16 KiB", publishers: 1, subscribers: 1, payloadBytes: 16_384, messages: 10_000 },
  { label: "1→100, 16 KiB", publishers: 1, subscribers: 100, payloadBytes: 16_384, messages: 200 },
  { label: "100→1, 16 KiB", publishers: 100, subscribers: 1, payloadBytes: 16_384, messages: 10_000 },
  {
    label: "1→1, 128 B, 100,000 other subscriptions",
    publishers: 1,
    subscribers: 1,
    payloadBytes: 128,
    messages: 200_000,
    otherSubscriptions: 100_000,
  },
];

interface Contestant extends AsyncDisposable {
  readonly port: number;
}

interface Measurements {
  embedded: number[];
  reference: number[];
}

/** Each workload runs on both servers in turns, round by round, so that a busy machine disturbs all alike; the table shows the medians. */
export async function run(): Promise<void> {
  if (findReferenceServer() === undefined) {
    throw new Error("nats-server is not installed; install Debian's package nats-server to compare with it");
  }
  await using reference = await startReferenceServer("", AbortSignal.timeout(10_000));
  await using embedded = await startEmbedded();
  const contestants = { reference, embedded };

  const p50 = emptyRecord();
  const p99 = emptyRecord();
  const rates = STREAMS.map((stream) => ({ stream, record: emptyRecord() }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ["reference", "embedded"] as const) {
      const latency = await measureRequestReply(contestants[name].port, REQUESTS);
      p50[name].push(latency.p50Micros);
      p99[name].push(latency.p99Micros);
    }
    for (const { stream, record } of rates) {
      for (const name of ["reference", "embedded"] as const) {
        record[name].push(await measureStream(contestants[name].port, stream));
      }
    }
  }

  const rows = [["workload", "embedded", "nats-server", "ratio"]];
  rows.push(latencyRow("request/reply, 128 B, p50", p50), latencyRow("request/reply, 128 B, p99", p99));
  for (const { stream, record } of rates) rows.push(rateRow(stream.label, record));
  printTable(rows);
}

function emptyRecord(): Measurements {
  return { embedded: [], reference: [] };
}

async function startEmbedded(): Promise<Contestant> {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, "nats/embedded-server.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.stdout === null) throw new Error("the embedded server's output is not readable");
  const [line]: unknown[] = await once(createInterface({ input: child.stdout }), "line");
  return {
    port: Number(line),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

function latencyRow(label: string, record: Measurements): string[] {
  const [embedded, reference] = [median(record.embedded), median(record.reference)];
  return [
    label,
    `${embedded.toFixed(0)} µs`,
    `${reference.toFixed(0)} µs`,
    `${(embedded / reference).toFixed(2)}× its time`,
  ];
}

function rateRow(label: string, record: Measurements): string[] {
  const [embedded, reference] = [median(record.embedded), median(record.reference)];
  const format = (rate: number) => `${Math.round(rate).toLocaleString("en-US")}/s`;
  return [`published, ${label}`, format(embedded), format(reference), `${(embedded / reference).toFixed(2)}× its rate`];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function printTable(rows: readonly string[][]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  "),
    );
}
