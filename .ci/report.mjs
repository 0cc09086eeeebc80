/** What a JSON report of the tests says: `report.mjs counts|failed-files <report>`, on standard output. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const [, , what, path] = process.argv;
const text = readFileSync(path, "utf8");
if (text === "") {
  console.error("The tests ended without a report.");
  process.exit(1);
}
const report = JSON.parse(text);
const failedFiles = report.testResults
  .filter(({ status }) => status === "failed")
  .map(({ name }) => relative(process.cwd(), name));
if (what === "counts") {
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = report;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped; ${failedFiles.length} files failed`);
} else {
  for (const file of failedFiles) console.log(file);
}
