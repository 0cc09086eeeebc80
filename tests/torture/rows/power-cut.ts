/** Row 8: the power fails under the database. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { seededRandom } from "@praktor/simulators/seeded-random";
import { requirement } from "../../require.ts";
import { AcknowledgedRow, findMissing } from "../acknowledged-rows.ts";
import { bundleGatewaySource, type Patch } from "../build-gateway.ts";
import type { Row, RowOptions, RowReport } from "../row.ts";
import { canCutPower, Volume } from "../volume.ts";

export const powerCut: Row = {
  number: 8,
  fault: "power cut under the database (ext4 on a loop device, shut down without a flush)",
  goal: "0 acknowledged rows lost, integrity ok",
  async run(options) {
    if (requirement("power-cut", canCutPower()) === "skip") {
      return { figures: [], faults: [], skipped: "needs root, loop devices and xfsprogs" };
    }
    return await cutPower(options, { cuts: options.short ? 3 : 100 });
  },
};

export interface PowerPlan {
  cuts: number;
  patches?: readonly Patch[];
}

export async function cutPower({ seed, say }: RowOptions, { cuts, patches = [] }: PowerPlan): Promise<RowReport> {
  const random = seededRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), "praktor-power-"));
  using volume = Volume.ext4(512);
  try {
    const writer = join(folder, "writer.mjs");
    await bundleGatewaySource("store/crash-writer.ts", writer, patches);
    const path = join(volume.folder, "praktor.db");
    const acknowledged: AcknowledgedRow[] = [];
    const faults: string[] = [];
    for (let cut = 1; cut <= cuts && faults.length === 0; cut += 1) {
      acknowledged.push(...(await writeUntilCut(volume, writer, path, cut * 1_000_000, random() * 200)));
      await volume.unmount();
      volume.mount();
      const { integrity, missing } = findMissing(path, acknowledged);
      if (integrity !== "ok") faults.push(`cut ${cut}: integrity ${integrity}`);
      if (missing.length > 0)
        faults.push(`cut ${cut}: ${missing.length} rows lost, first ${JSON.stringify(missing[0])}`);
      if (cut % 20 === 0) say(`  ${cut} cuts, ${acknowledged.length} rows acknowledged`);
    }
    return { figures: [`${cuts} cuts, ${acknowledged.length} acknowledged rows`], faults };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeUntilCut(
  volume: Volume,
  writer: string,
  path: string,
  firstUpdateId: number,
  lifeMs: number,
): Promise<AcknowledgedRow[]> {
  const child = spawn(process.execPath, [writer, path, String(firstUpdateId)], { stdio: ["ignore", "pipe", "ignore"] });
  const rows: AcknowledgedRow[] = [];
  let timer: NodeJS.Timeout | undefined;
  const cut = (): void => {
    // A power cut stops the processor too. Without this, an fsync that is under way when ext4 is shut down may return success to a
    // process that should be dead (seen in 3 of 90 cuts on Linux 6.18). What was acknowledged before must be there all the same.
    child.kill("SIGSTOP");
    volume.cutPower();
    child.kill("SIGKILL");
  };
  for await (const line of createInterface({ input: child.stdout })) {
    timer ??= setTimeout(cut, lifeMs);
    // The last line may be cut.
    if (line.endsWith("}")) rows.push(AcknowledgedRow.parse(JSON.parse(line)));
  }
  if (timer === undefined) throw new Error("The writer ended before it had written anything.");
  return rows;
}
