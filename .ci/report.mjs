/** What a JSON report of the tests says: `report.mjs counts|failed-files <report>`, on standard output. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const [, , what, path] = process.argv;
const report = JSON.parse(readFileSync(path, "utf8"));
const failedFiles = report.testResults
  .filter(({ status }) => status === "failed")
  .map(({ name }) => relative(process.cwd(), name));
if (what === "counts") {
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = report;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped; ${failedFiles.length} files failed`);
} else {
  for (const file of failedFiles) console.log(file);
}
