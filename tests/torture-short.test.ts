/** The short forms of the torture table. The long ones are `npm run torture`; so are row 9, which shows that these can fail, row 11, which needs the
 * machine to itself, and row 12, which is long by its nature. */
import { expect, test } from "vitest";
import { rows } from "./torture/rows.ts";

const seed = Math.floor(Math.random() * 1_000_000);
const short = rows.filter((row) => ![9, 11, 12].includes(row.number));

// Side by side: most of their time they wait.
test.concurrent.for(short)("row $number, $fault: $goal", { timeout: 600_000 }, async (row) => {
  const { faults } = await row.run({ seed, short: true, say: () => {} });
  expect(faults, `replay: npm run torture -- --short --only ${row.number} --seed ${seed}`).toEqual([]);
});
