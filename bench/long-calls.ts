/** What the event loop and the memory feel of model calls of 31 MB that are made to be dear to read, beside the same time without them. */
import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Worker } from "node:worker_threads";
import { EndpointBench, spendingOf, tokenOf } from "../gateway/src/sandbox-api/testing/endpoint-bench.ts";

export const name = "long-calls";

const rounds = 3;
const bytes = 31 * 1024 * 1024;
/** The caller has a loop of its own. */
const caller = `
  const { workerData, parentPort } = require("node:worker_threads");
  const body = Buffer.from('{"model":"m","max_tokens":1,"x":[' + "{},".repeat(workerData.bytes / 3) + "{}]}");
  const headers = { authorization: "Bearer " + workerData.token };
  const ask = () => fetch(workerData.url, { method: "POST", headers, body }).then(({ status }) => status);
  Promise.all(Array.from({ length: workerData.calls }, ask)).then((statuses) => parentPort.postMessage(statuses));`;

export async function run(): Promise<void> {
  await using bench = await EndpointBench.start();
  bench.spending = spendingOf(1_000_000);
  for (let round = 0; round < rounds; round += 1) {
    for (const calls of [0, 1, 4]) {
      const delays = monitorEventLoopDelay({ resolution: 5 });
      delays.enable();
      const cpu = process.cpuUsage();
      let mostBytes = 0;
      const timer = setInterval(() => (mostBytes = Math.max(mostBytes, process.memoryUsage().arrayBuffers)), 20);
      const statuses = await called(bench, calls);
      clearInterval(timer);
      const [p50, p99] = [50, 99].map((part) => (delays.percentile(part) / 1e6).toFixed(1));
      const { user, system } = process.cpuUsage(cpu);
      console.log(
        `${calls} calls at once (${statuses.join(", ")}): loop p50 ${p50} ms, p99 ${p99} ms, most ${(delays.max / 1e6).toFixed(0)} ms; ` +
          `buffers ${Math.round(mostBytes / 2 ** 20)} MiB at most; ${Math.round((user + system) / 1000)} ms of processor time, the caller's too`,
      );
    }
  }
}

async function called(bench: EndpointBench, calls: number): Promise<unknown[]> {
  const url = `${bench.url}/model/v1/messages`;
  if (calls === 0) {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    return [];
  }
  await using worker = new Worker(caller, { eval: true, workerData: { url, calls, bytes, token: tokenOf("a") } });
  const [statuses]: unknown[] = await once(worker, "message");
  return Array.isArray(statuses) ? statuses : [];
}
