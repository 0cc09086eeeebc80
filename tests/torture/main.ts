/** `npm run torture`: hurts the whole system in every way that it must survive, and prints what came of it. */
import { parseArgs } from "node:util";
import { rows } from "./rows.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    seed: { type: "string" },
    short: { type: "boolean", default: false },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const seed = options.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(options.seed);
const wanted = options.only?.split(",").map(Number);
const chosen = rows.filter((row) => wanted === undefined || wanted.includes(row.number));

say(`seed ${seed}${options.short ? ", short form" : ""}`);
let failed = 0;
for (const row of chosen) {
  const startedAt = Date.now();
  say(`\n${row.number}. ${row.fault}\n   goal: ${row.goal}`);
  const { figures, faults, skipped } = await row.run({ seed, short: options.short, say });
  for (const figure of figures) say(`   ${figure}`);
  for (const fault of faults) say(`   MISSED ${fault}`);
  if (faults.length > 0) failed += 1;
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  say(
    `   ${skipped === undefined ? (faults.length === 0 ? "held" : "NOT HELD") : `skipped: ${skipped}`} (${seconds} s)`,
  );
}
say(
  `\n${failed === 0 ? "all held" : `${failed} of ${chosen.length} not held`}; npm run torture -- --seed ${seed} repeats it`,
);
process.exitCode = failed === 0 ? 0 : 1;
