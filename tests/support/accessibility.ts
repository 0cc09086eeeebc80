/** What axe has to say of a page as a person finally sees it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { z } from "zod";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AxeResult = z.object({
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
});
/** Colours and places that are still changing are not the ones that a person reads. What never ends is no change. */
const settle = `Promise.all(
  document
    .getAnimations()
    .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
    .map(({ finished }) => finished.catch(() => undefined)),
)`;

/** "rule: elements" for each violation; `rules` are axe's names, all without them. */
export async function accessibilityViolations(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(settle);
  const options = JSON.stringify(rules === undefined ? {} : { runOnly: rules });
  // A page that was looked at before has it still.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe);
  const { violations } = AxeResult.parse(await page.evaluate(`axe.run(document, ${options})`));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
