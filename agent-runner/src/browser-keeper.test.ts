/** The keeper beside a browser, with another process in the browser's place: whose downloads it counts and clears away. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const python = "/usr/bin/python3";
const source = new URL("../image/browser/keeper", import.meta.url);
const patient = { timeout: 15_000, interval: 50 };

describe.runIf(existsSync(python))("a keeper", () => {
  let folder: string;
  let state: string;
  let downloads: string;
  let browser: ChildProcess;
  let kept: Promise<unknown>;

  const file = async (name: string, bytes = 1): Promise<void> => {
    await writeFile(join(downloads, name), "x".repeat(bytes));
  };
  const left = async (): Promise<string[]> => (await readdir(downloads)).toSorted();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "praktor-keeper-"));
    [state, downloads] = [join(folder, "state"), join(folder, "downloads")];
    // In a process group of its own, as Chromium is; takes memory when it is told to.
    const body = "import sys; sys.stdin.readline(); held = b'x' * 100_000_000; sys.stdin.read()";
    browser = spawn(python, ["-c", body], { detached: true, stdio: ["pipe", "inherit", "inherit"] });
    const pid = String(browser.pid);
    await mkdir(join(state, `tmp.${pid}`), { recursive: true });
    await mkdir(join(downloads, "task-1"), { recursive: true });
    await writeFile(join(state, "pid"), `${pid}\n`);
    await writeFile(join(state, `tmp.${pid}`, "left"), "x");
    // What an earlier sandbox left is more than the bound, and does not count.
    await file("there-before.crdownload", 2_000_000);
    // A download of another sandbox of the same workspace, which stalls.
    await file("task-1/others.crdownload");
    const looks = JSON.stringify(join(folder, "looks"));
    const text = (await readFile(source, "utf8"))
      .replace('"/tmp/praktor-browser"', JSON.stringify(state))
      // Says that it has looked at what was there before.
      .replace("    try:\n        watch(", `    open(${looks}, "w").close()\n    try:\n        watch(`);
    const keeper = join(folder, "keeper");
    await writeFile(keeper, text);
    const env = {
      PRAKTOR_BROWSER_DOWNLOADS_MB: "1",
      PRAKTOR_BROWSER_MEMORY_MB: "50",
      AGENT_BROWSER_DOWNLOAD_PATH: downloads,
    };
    kept = promisify(execFile)(python, ["-IS", keeper, pid], { env });
    await vi.waitUntil(() => existsSync(join(folder, "looks")), patient);
    await file("whole.csv");
    await file("begun.crdownload");
  });
  afterEach(async () => {
    browser.kill("SIGKILL");
    await kept;
    await rm(folder, { recursive: true, force: true });
  });

  test("ends a browser whose downloads are too many, says so, and leaves nothing unfinished", async () => {
    expect(browser.exitCode ?? browser.signalCode).toBeNull();
    // Another sandbox's downloads are that one's own keeper's.
    await file("task-1/others-much", 2_000_000);
    await file("much", 2_000_000);
    await kept;
    expect(await readFile(join(state, "note"), "utf8")).toContain("downloads took more than the 1 MiB");
    expect(await readdir(state)).toEqual(["note"]);
    expect(await left()).toEqual(["much", "task-1", "whole.csv"]);
    expect(await readdir(join(downloads, "task-1"))).toContain("others.crdownload");
  });

  test("ends a browser of which a process takes too much memory, and says so", async () => {
    browser.stdin?.write("now\n");
    await kept;
    expect(await readFile(join(state, "note"), "utf8")).toContain("a page took more than the 50 MiB of memory");
    expect(await left()).toEqual(["task-1", "whole.csv"]);
  });

  test("clears away what is unfinished beside a folder that is named like it", async () => {
    // Before and after the others in whatever order the folder is read.
    const folders = Array.from({ length: 20 }, (_, index) => `folder-${index}.crdownload`).toSorted();
    for (const name of folders) await mkdir(join(downloads, name));
    await Promise.all(Array.from({ length: 20 }, (_, index) => file(`begun-${index}.crdownload`)));
    browser.kill("SIGKILL");
    await kept;
    expect(await left()).toEqual([...folders, "task-1", "whole.csv"]);
  });

  test("clears away what is unfinished where a full disk left no number of a browser", async () => {
    await writeFile(join(state, "pid"), "");
    browser.kill("SIGKILL");
    await kept;
    expect(await left()).toEqual(["task-1", "whole.csv"]);
  });

  test("leaves the downloads to the next browser where one has taken its place", async () => {
    await writeFile(join(state, "pid"), "1\n");
    browser.kill("SIGKILL");
    await kept;
    expect(await readdir(state)).toEqual(["pid"]);
    expect(await left()).toEqual(["begun.crdownload", "task-1", "there-before.crdownload", "whole.csv"]);
  });
});
