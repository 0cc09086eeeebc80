/** What the model proxy adds to a call: the same small call to the same server, straight and through the sandbox endpoint, in turns. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../gateway/src/kit/clock.ts";
import { timeSortedIds } from "../gateway/src/kit/ids.ts";
import { silentLogger } from "../gateway/src/kit/logger.ts";
import { hashSandboxToken } from "../gateway/src/kit/sandbox-token.ts";
import { networkRules } from "../gateway/src/network-rules.ts";
import { EndpointBench, spendingOf, tokenOf } from "../gateway/src/sandbox-api/testing/endpoint-bench.ts";
import type { Store } from "../gateway/src/store/contract.ts";
import { SqliteStore } from "../gateway/src/store/sqlite-store.ts";

export const name = "proxy";

const groups = 50;
const starts = 20;
const calls = 2_000;
const warmUp = 500;
const event = `event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"type":"text_delta","text":"${"x".repeat(80)}"}}\n\n`;
const request = JSON.stringify({ model: "claude-x", messages: [{ role: "user", content: "x".repeat(20_000) }] });

export async function run(): Promise<void> {
  for (const budget of [null, 1_000_000]) await measure(budget);
}

async function measure(budget: number | null): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "praktor-bench-"));
  try {
    const ids = timeSortedIds(systemClock);
    const path = join(folder, "praktor.db");
    await using store = await SqliteStore.open({ path, clock: systemClock, ids, logger: silentLogger });
    await fill(store);
    await using bench = await EndpointBench.start();
    bench.findSandbox = (hash) => store.sandboxes.byTokenHash(hash);
    bench.policyOf = async (groupId) => (await networkRules(store.groups, groupId, "open"))?.policy ?? "open";
    bench.spending = spendingOf(budget);
    await measureWith(bench, budget);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As a year leaves it: many sandboxes that were stopped, and the one that asks. */
async function fill(store: Store): Promise<void> {
  for (let group = 0; group < groups; group += 1) {
    const id = group === 0 ? "a" : `group-${group}`;
    await store.groups.create({ id, name: id, folder: id });
    for (let start = 1; start <= starts; start += 1) {
      const tokenHash = hashSandboxToken(start === starts ? tokenOf(id) : `token-${id}-${start}`);
      await store.sandboxes.begin({ id: `sandbox-${id}-${start}`, groupId: id, tokenHash });
    }
  }
}

async function measureWith(bench: EndpointBench, budget: number | null): Promise<void> {
  bench.upstream.answer = (incoming, response) => {
    incoming.resume().once("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (let index = 0; index < 20; index += 1) response.write(event);
      response.end();
    });
  };
  const ways = { direct: bench.upstream.url, proxied: `${bench.url}/model` };
  const first: Record<keyof typeof ways, number[]> = { direct: [], proxied: [] };
  const whole: Record<keyof typeof ways, number[]> = { direct: [], proxied: [] };
  for (let index = -warmUp; index < calls; index += 1) {
    for (const way of ["direct", "proxied"] as const) {
      const { firstMs, wholeMs } = await call(ways[way]);
      if (index < 0) continue;
      first[way].push(firstMs);
      whole[way].push(wholeMs);
    }
  }
  console.log(
    `proxy: ${calls} calls each way, one after the other, 20 KB in, 20 events out, one process, loopback, tokens and policies in a store of ${groups * starts} sandboxes, ${budget === null ? "no budget" : "within a budget"}`,
  );
  for (const [title, times] of [
    ["first byte", first],
    ["whole answer", whole],
  ] as const) {
    for (const way of ["direct", "proxied"] as const) {
      console.log(
        `${title.padEnd(14)}${way.padEnd(10)}p50 ${quantile(times[way], 0.5)} ms   p99 ${quantile(times[way], 0.99)} ms`,
      );
    }
    const added = times.proxied.map((ms, index) => ms - (times.direct[index] ?? 0));
    console.log(
      `${title.padEnd(14)}${"added".padEnd(10)}p50 ${quantile(added, 0.5)} ms   p99 ${quantile(added, 0.99)} ms`,
    );
  }
}

async function call(url: string): Promise<{ firstMs: number; wholeMs: number }> {
  const startedAt = performance.now();
  const response = await fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": tokenOf("a"), "content-type": "application/json" },
    body: request,
  });
  if (!response.body) throw new Error(`the call was answered with ${response.status} and nothing`);
  let firstMs: number | undefined;
  for await (const _chunk of response.body) firstMs ??= performance.now() - startedAt;
  return { firstMs: firstMs ?? 0, wholeMs: performance.now() - startedAt };
}

function quantile(values: readonly number[], part: number): string {
  const sorted = values.toSorted((left, right) => left - right);
  return (sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(2);
}
