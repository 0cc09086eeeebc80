/** Row 12: every test that has a long form, in that form, file by file. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { globSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Row } from "../row.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The longest takes seven minutes on two quiet cores, and three times that on busy ones. */
const fileTimeoutMs = 40 * 60_000;

const Report = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      message: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

export const longForms: Row = {
  number: 12,
  fault: "hostile input and hostile agents: every test that has a long form, in that form",
  goal: "all hold",
  async run({ short, say }) {
    if (short) return { figures: [], faults: [], skipped: "`npm test` runs the short forms" };
    const figures: string[] = [];
    const faults: string[] = [];
    for (const file of filesWithLongForm()) {
      const startedAt = Date.now();
      const { passed, failed } = await runLong(file);
      const line = `${file}: ${passed} passed, ${failed.length} failed (${Math.round((Date.now() - startedAt) / 1000)} s)`;
      say(`  ${line}`);
      figures.push(line);
      faults.push(...failed.map((name) => `${file}: ${name}`));
      // What the machine lacks skips a file; PRAKTOR_REQUIRE makes that an error.
      if (passed === 0 && failed.length === 0) figures.push(`${file}: not tried, this machine lacks what it needs`);
    }
    return { figures, faults };
  },
};

const filesWithLongForm = (): string[] =>
  globSync("{gateway/src,nats-server,agent-runner/src,tests}/**/*.test.ts", { cwd: root })
    .filter((file) => readFileSync(join(root, file), "utf8").includes('process.env["PRAKTOR_LONG"]'))
    .toSorted();

/** One file at a time, so that what a test measures is its own. */
async function runLong(file: string): Promise<{ passed: number; failed: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), "praktor-long-"));
  try {
    const report = join(folder, "report.json");
    const child = spawn(
      process.execPath,
      [join(root, "node_modules/vitest/vitest.mjs"), "run", file, "--reporter=json", `--outputFile=${report}`],
      {
        cwd: root,
        stdio: "ignore",
        env: { ...process.env, PRAKTOR_LONG: "1" },
        timeout: fileTimeoutMs,
        killSignal: "SIGKILL",
      },
    );
    const [status] = z
      .tuple([z.number().nullable()])
      .rest(z.unknown())
      .parse(await once(child, "close"));
    const text = await readFile(report, "utf8").catch(() => "");
    if (text === "") return { passed: 0, failed: ["the run ended without a report"] };
    const { numPassedTests, testResults } = Report.parse(JSON.parse(text));
    const failed = testResults.flatMap(({ message, assertionResults }) => [
      ...(assertionResults.length === 0 ? [`could not run: ${message}`] : []),
      ...assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => fullName),
    ]);
    // What nobody awaited has failed: the report does not tell of it.
    if (status !== 0 && failed.length === 0) failed.push("something failed outside of the tests");
    return { passed: numPassedTests, failed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
