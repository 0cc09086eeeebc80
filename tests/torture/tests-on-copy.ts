/** Runs tests of the gateway on a copy of its sources that has a fault in it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { applyPatches, type Patch } from "./build-gateway.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Returns what the tests complained about; empty when they all passed. Rejects when a patch does not fit. */
export async function failuresOnCopy(patches: readonly Patch[], tests: readonly string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "praktor-copy-"));
  try {
    await cp(join(root, "gateway/src"), join(folder, "gateway/src"), { recursive: true });
    await cp(join(root, "tests/require.ts"), join(folder, "tests/require.ts"));
    await cp(join(root, "gateway/package.json"), join(folder, "gateway/package.json"));
    for (const name of ["node_modules", "tsconfig.base.json"]) await symlink(join(root, name), join(folder, name));
    for (const file of new Set(patches.map((patch) => patch.file))) {
      const path = join(folder, "gateway/src", file);
      await writeFile(path, applyPatches(file, await readFile(path, "utf8"), patches));
    }
    const child = spawn(
      process.execPath,
      [
        join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        "--root",
        folder,
        ...tests.map((test) => `gateway/src/${test}`),
      ],
      { cwd: folder, stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env["PATH"] ?? "", NO_COLOR: "1" } },
    );
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const [code] = await once(child, "close");
    if (code === 0) return [];
    const failed = output.split("\n").filter((line) => /^\s*FAIL\s/.test(line));
    // Without a failed test it was the run itself that failed, and that proves nothing.
    if (failed.length === 0) throw new Error(`The tests could not be run on the copy:\n${output.slice(-1_000)}`);
    return failed.map((line) => line.trim());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
