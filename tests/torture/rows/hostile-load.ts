/** Row 11: one sandbox forks, takes memory, fills disks and floods the bus, while other groups are asked and answered. */
import { engineAnswers, imageExists } from "../../support/engine.ts";
import { type AttackReport, bearHostileLoad } from "../../support/hostile-load.ts";
import type { Row } from "../row.ts";
import { percentile } from "../statistics.ts";

/** What shows that an attack went up to its limit. */
const marks: Record<string, RegExp> = {
  "fork bomb": / [1-9]\d* refused/,
  "memory hog": /killed/,
  "disk filler": /No space left on device/,
  "10,000 messages/s": /"putOut":0/,
};
/** Of the other groups' p95 in the quiet blocks between. */
const slowestRatio = 2;
const mostMemoryMb = 1_024;

export const hostileLoad: Row = {
  number: 11,
  fault: "sandbox: fork bomb, memory hog, disk filler, 10,000 messages/s",
  goal: `gateway alive and ready; other groups answered, their p95 < ${slowestRatio} × that of the quiet blocks between; gateway ≤ ${mostMemoryMb} MiB`,
  async run({ short, say }) {
    if (!((await engineAnswers()) && (await imageExists("praktor-agent:latest"))))
      return { figures: [], faults: [], skipped: "no Docker, or no image praktor-agent:latest" };
    const faults: string[] = [];
    const onAttack = ({ name, quietMs, attackedMs, said, ready }: AttackReport): void => {
      const ratio = percentile(attackedMs, 0.95) / percentile(quietMs, 0.95);
      say(`   ${name}: ${describe(attackedMs)}; between ${describe(quietMs)}; p95 × ${ratio.toFixed(2)}`);
      if (!said.some((words) => marks[name]?.test(words)))
        faults.push(`${name}: never reached its limit, but said: ${said.at(-1)?.slice(-200)}`);
      if (!ready) faults.push(`${name}: the gateway was not ready`);
      // A few answers of a short run say nothing about speed.
      if (!short && ratio >= slowestRatio) faults.push(`${name}: the other groups' p95 was × ${ratio.toFixed(2)}`);
    };
    const size = short ? { rounds: 1, seconds: 3 } : { rounds: 5, seconds: 6 };
    const report = await bearHostileLoad({ ...size, onAttack });
    if (!report.attackerAnswered) faults.push("the attacker's own group was not answered afterwards");
    // Written so that a measurement that failed is a fault too.
    if (!(report.gatewayMemoryMb <= mostMemoryMb))
      faults.push(`the gateway held ${report.gatewayMemoryMb} MiB at the end, more than ${mostMemoryMb}`);
    return { figures: [`gateway: ${report.gatewayMemoryMb} MiB at the end`], faults };
  },
};

function describe(latenciesMs: readonly number[]): string {
  const [median, p95] = [0.5, 0.95].map((share) => Math.round(percentile(latenciesMs, share)));
  return `${latenciesMs.length} answers, median ${median} ms, p95 ${p95} ms`;
}
