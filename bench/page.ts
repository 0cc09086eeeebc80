/** A page under 200 events a second for 30 s: what is lost, and how long its main thread is busy. */
import { flood } from "../tests/support/flood.ts";

export const name = "page";

const seconds = Number(process.env["PRAKTOR_BENCH_SECONDS"] ?? 30);

export async function run(): Promise<void> {
  const { sent, missing, lagP95Ms, longestTaskMs } = await flood(seconds);
  console.log(`${sent} events in ${seconds} s: ${missing} lost`);
  console.log(`main thread busy: ${lagP95Ms} ms at p95, ${longestTaskMs} ms at most`);
}
