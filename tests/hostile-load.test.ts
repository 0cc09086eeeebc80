/** A sandbox that does its worst costs its own group, not another one, and not the gateway. Only with `PRAKTOR_LONG=1`: it takes the machine's breath from every test beside it. */
import { expect, test } from "vitest";
import { requirement } from "./require.ts";
import { engineAnswers, imageExists } from "./support/engine.ts";
import { bearHostileLoad } from "./support/hostile-load.ts";
import { percentile } from "./torture/statistics.ts";

const long = process.env["PRAKTOR_LONG"] === "1";
const usable = (await engineAnswers()) && (await imageExists("praktor-agent:latest"));

test.runIf(long && requirement("docker", usable) === "run")(
  "forks, memory, disk and a flood of messages in one sandbox: another group is answered, the gateway lives",
  async () => {
    const report = await bearHostileLoad({ rounds: 40, seconds: 20 });
    const [forks, memory, disk, flood] = report.attacks;
    for (const { name, ready } of report.attacks) expect({ name, ready }).toEqual({ name, ready: true });
    // Each of them was what it claims to be: it went up to its limit.
    expect(forks?.said).toMatch(/ [1-9]\d* refused/);
    expect(memory?.said).toContain("killed");
    expect(disk?.said).toContain("No space left on device");
    expect(flood?.said).toMatch(/"putOut":0/);
    expect(report.attackerAnswered).toBe(true);
    expect(report.gatewayMemoryMb).toBeLessThan(1024);
    const figures = (name: string, values: number[]): string =>
      `${name}: ${values.length} answers, median ${Math.round(percentile(values, 0.5))} ms, p95 ${Math.round(percentile(values, 0.95))} ms`;
    console.log(figures("before", report.beforeMs));
    for (const { name, latenciesMs, said } of report.attacks) {
      const ratio = percentile(latenciesMs, 0.95) / percentile(report.beforeMs, 0.95);
      console.log(`${figures(name, latenciesMs)}, p95 × ${ratio.toFixed(2)}; ${said.slice(-200)}`);
    }
    console.log(`gateway: ${report.gatewayMemoryMb} MiB`);
  },
  600_000,
);
