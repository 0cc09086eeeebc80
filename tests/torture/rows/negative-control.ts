/** Row 9: the checks themselves, on a gateway with a fault in it. */
import { requirement } from "../../require.ts";
import type { Row, RowOptions, RowReport } from "../row.ts";
import { seededFaults, type SeededFault } from "../seeded-faults.ts";
import { failuresOnCopy } from "../tests-on-copy.ts";
import { canCutPower, canMount } from "../volume.ts";
import { crashEverywhere } from "./crash-points.ts";
import { fillDisk } from "./disk-full.ts";
import { bearTelegram } from "./hostile-telegram.ts";
import { cutPower } from "./power-cut.ts";

/** What is lost for good need not be waited for. */
const patienceMs = 12_000;

export const negativeControl: Row = {
  number: 9,
  fault: `negative control: ${seededFaults.length} seeded faults in the code`,
  goal: "each is caught",
  async run(options) {
    const figures: string[] = [];
    const faults: string[] = [];
    for (const fault of seededFaults) {
      const caught = await tryToCatch(fault, options);
      if (caught === "impossible here") figures.push(`not tried: ${fault.name} (needs the right to mount)`);
      else if (caught.length === 0) faults.push(`not caught: ${fault.name}`);
      else figures.push(`caught: ${fault.name} – ${caught[0]?.slice(0, 140)}`);
      options.say(
        `  ${fault.name}: ${caught === "impossible here" ? caught : caught.length === 0 ? "NOT CAUGHT" : "caught"}`,
      );
    }
    return { figures, faults };
  },
};

async function tryToCatch(
  { patches, caughtBy }: SeededFault,
  options: RowOptions,
): Promise<string[] | "impossible here"> {
  const quiet: RowOptions = { ...options, short: true, say: () => {} };
  const faultsOf = async (report: Promise<RowReport>): Promise<string[]> => (await report).faults;
  switch (caughtBy.type) {
    case "crash":
      return await faultsOf(
        crashEverywhere(quiet, { runner: "stand-in", times: 1, points: [caughtBy.point], patches, patienceMs }),
      );
    case "telegram":
      return await faultsOf(
        bearTelegram(quiet, { runner: "stand-in", messages: 12, chats: 4, stalls: 0, patches, patienceMs: 20_000 }),
      );
    case "disk":
      if (requirement("mount", canMount()) === "skip") return "impossible here";
      return await faultsOf(fillDisk(quiet, { times: 1, patches, patienceMs }));
    case "power":
      if (requirement("power-cut", canCutPower()) === "skip") return "impossible here";
      return await faultsOf(cutPower(quiet, { cuts: 5, patches }));
    case "tests":
      return await failuresOnCopy(patches, caughtBy.files);
    default:
      return caughtBy satisfies never;
  }
}
