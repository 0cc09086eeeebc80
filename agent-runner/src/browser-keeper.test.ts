/** The keeper beside a browser, with another process in the browser's place: whose downloads it counts and clears away. */
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const python = "/usr/bin/python3";
const source = new URL("../image/browser/keeper", import.meta.url);
const patient = { timeout: 15_000, interval: 50 };

test.runIf(existsSync(python))("a keeper clears away what its own browser began, and nobody else's", async () => {
  const folder = await mkdtemp(join(tmpdir(), "praktor-keeper-"));
  const [state, downloads] = [join(folder, "state"), join(folder, "downloads")];
  const browser = spawn("sleep", ["60"]);
  const pid = String(browser.pid);
  try {
    await mkdir(join(state, `tmp.${pid}`), { recursive: true });
    await mkdir(downloads);
    await writeFile(join(state, "pid"), `${pid}\n`);
    await writeFile(join(state, `tmp.${pid}`, "left"), "x");
    await writeFile(join(downloads, "there-before.crdownload"), "x".repeat(2_000_000));
    const keeper = join(folder, "keeper");
    const text = (await readFile(source, "utf8"))
      .replace('"/tmp/praktor-browser"', JSON.stringify(state))
      .replace('"/workspace/group/downloads"', JSON.stringify(downloads))
      // Says that it has looked at what was there before.
      .replace(
        "    try:\n        watch(",
        `    open(${JSON.stringify(join(folder, "looks"))}, "w").close()\n    try:\n        watch(`,
      );
    await writeFile(keeper, text);
    const env = { PRAKTOR_BROWSER_DOWNLOADS_MB: "1" };
    const kept = promisify(execFile)(python, ["-IS", keeper, pid], { env });
    await expect.poll(() => existsSync(join(folder, "looks")), patient).toBe(true);

    await writeFile(join(downloads, "whole.csv"), "x");
    await writeFile(join(downloads, "begun.crdownload"), "x");
    const others = join(downloads, "others.crdownload");
    await writeFile(others, "x");
    // As if it were written to after this browser's end.
    const later = new Date(Date.now() + 3_600_000);
    await utimes(others, later, later);
    // What was there before is more than the bound, and does not count.
    expect(browser.exitCode ?? browser.signalCode).toBeNull();
    await writeFile(join(downloads, "much"), "x".repeat(2_000_000));
    await once(browser, "exit");
    await kept;
    expect(await readFile(join(state, "note"), "utf8")).toContain("downloads took more than the 1 MiB");
    expect(await readdir(state)).toEqual(["note"]);
    expect((await readdir(downloads)).toSorted()).toEqual([
      "much",
      "others.crdownload",
      "there-before.crdownload",
      "whole.csv",
    ]);
  } finally {
    browser.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
});
