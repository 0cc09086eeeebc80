/** What the model proxy adds to a call: the same small call to the same server, straight and through the sandbox endpoint, in turns. */
import { EndpointBench, spendingOf, tokenOf } from "../gateway/src/sandbox-api/testing/endpoint-bench.ts";

export const name = "proxy";

const calls = 2_000;
const warmUp = 500;
const event = `event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"type":"text_delta","text":"${"x".repeat(80)}"}}\n\n`;
const request = JSON.stringify({ model: "claude-x", messages: [{ role: "user", content: "x".repeat(20_000) }] });

export async function run(): Promise<void> {
  for (const budget of [null, 1_000_000]) await measure(budget);
}

async function measure(budget: number | null): Promise<void> {
  await using bench = await EndpointBench.start();
  bench.spending = spendingOf(budget);
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
    `proxy: ${calls} calls each way, one after the other, 20 KB in, 20 events out, one process, loopback, ${budget === null ? "no budget" : "within a budget"}`,
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
