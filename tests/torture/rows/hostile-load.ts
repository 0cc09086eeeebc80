/** Row 11: one sandbox forks, takes memory, fills its disk and floods the bus, while another group is asked and answered. */
import { engineAnswers, imageExists } from "../../support/engine.ts";
import { bearHostileLoad } from "../../support/hostile-load.ts";
import type { Row } from "../row.ts";
import { percentile } from "../statistics.ts";

/** Of the other group's p95 before. */
const slowestRatio = 2;

export const hostileLoad: Row = {
  number: 11,
  fault: "sandbox: fork bomb, memory hog, disk filler, 10,000 messages/s",
  goal: `gateway alive and ready; another group answered, its p95 < ${slowestRatio} ×`,
  async run({ short, say }) {
    if (!((await engineAnswers()) && (await imageExists("praktor-agent:latest"))))
      return { figures: [], faults: [], skipped: "no Docker, or no image praktor-agent:latest" };
    const report = await bearHostileLoad(short ? { rounds: 2, seconds: 3, say } : { rounds: 40, seconds: 20, say });
    const before = percentile(report.beforeMs, 0.95);
    const figures = [describe("before", report.beforeMs)];
    const faults = report.attackerAnswered ? [] : ["the attacker's own group was not answered afterwards"];
    for (const { name, latenciesMs, ready } of report.attacks) {
      const ratio = percentile(latenciesMs, 0.95) / before;
      figures.push(`${describe(name, latenciesMs)} (× ${ratio.toFixed(2)})`);
      if (!ready) faults.push(`${name}: the gateway was not ready`);
      // A few answers of a short run say nothing about speed.
      if (!short && ratio >= slowestRatio) faults.push(`${name}: the other group's p95 was × ${ratio.toFixed(2)}`);
    }
    figures.push(`gateway: ${report.gatewayMemoryMb} MiB at the end`);
    return { figures, faults };
  },
};

function describe(name: string, latenciesMs: readonly number[]): string {
  const [median, p95] = [0.5, 0.95].map((share) => Math.round(percentile(latenciesMs, share)));
  return `${name}: ${latenciesMs.length} answers of another group, median ${median} ms, p95 ${p95} ms`;
}
