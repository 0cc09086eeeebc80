/** Whatever path is asked for, no byte and no name from outside of the workspace comes out, and none goes there. `PRAKTOR_LONG=1` tries 3,000. */
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, assert, asyncProperty, constantFrom, oneof, string, tuple } from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { WorkspaceFiles } from "./workspace-files.ts";

const numRuns = process.env["PRAKTOR_LONG"] === "1" ? 3_000 : 300;
const canary = "canary-from-outside";
const links = {
  "to-file": "../outside/kept",
  "to-folder": "../outside",
  up: "..",
  gone: "../outside/new",
  loop: "loop",
};
const received: string[] = [];
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    if (request.method === "PUT") received.push(Buffer.concat(parts).toString());
    response.end("written");
  });
});
let base: string;
let files: WorkspaceFiles;

beforeAll(async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
afterEach(() => rm(base, { recursive: true, force: true }));
beforeEach(async () => {
  received.length = 0;
  base = await realpath(await mkdtemp(join(tmpdir(), "workspace-files-")));
  await mkdir(join(base, "outside"));
  await writeFile(join(base, "outside/kept"), canary);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  files = new WorkspaceFiles({ root: join(base, "root"), endpoint: `http://127.0.0.1:${port}`, token: "t" });
  await furnish();
});

async function furnish(): Promise<void> {
  const root = join(base, "root");
  await rm(root, { recursive: true, force: true });
  await mkdir(join(root, "folder"), { recursive: true });
  await writeFile(join(root, "folder/mine"), "mine");
  for (const folder of [root, join(root, "folder")]) {
    const prefix = folder === root ? "" : "../";
    for (const [name, target] of Object.entries(links)) await symlink(`${prefix}${target}`, join(folder, name));
  }
}

const part = oneof(
  { weight: 4, arbitrary: constantFrom(...Object.keys(links), "folder", "outside", "kept", "mine", "new", "root") },
  {
    weight: 3,
    arbitrary: constantFrom("..", ".", "", "...", "%2e%2e", "..\\", "\u2025", "\uff0e\uff0e", "..\0", "\0"),
  },
  { weight: 1, arbitrary: string({ unit: "binary", maxLength: 12 }) },
);
const lead = constantFrom("", "", "", "/", "//", "../", "OUTSIDE/", "ROOT/");
const path = tuple(lead, array(part, { minLength: 1, maxLength: 5 })).map(([start, parts]) => start + parts.join("/"));
const here = (asked: string): string => asked.replace("OUTSIDE/", `${base}/outside/`).replace("ROOT/", `${base}/root/`);

test("no path reads, lists or describes anything outside", { timeout: 120_000 }, async () => {
  let shown = 0;
  await assert(
    asyncProperty(path, async (generated) => {
      const asked = here(generated);
      const signal = AbortSignal.timeout(30_000);
      const [listed, described, read] = await Promise.allSettled([
        files.list(asked),
        files.stat(asked),
        files.read(asked, "transfer", signal),
      ]);
      const names = listed.status === "fulfilled" ? listed.value.entries.map(({ name }) => name) : [];
      expect(names).not.toContain("kept");
      expect(names).not.toContain("outside");
      const entry = described.status === "fulfilled" ? described.value : null;
      expect(entry?.sizeBytes).not.toBe(canary.length);
      if (read.status === "fulfilled") shown += 1;
      expect(received.join("")).not.toContain(canary);
    }),
    {
      numRuns,
      examples: [["folder/mine"], ["to-file"], ["to-folder/kept"], ["folder/to-folder/kept"], ["OUTSIDE/kept"]],
    },
  );
  expect(shown).toBeGreaterThan(0);
  expect(received).toContain("mine");
});

test("no path writes anything outside", { timeout: 120_000 }, async () => {
  let written = 0;
  await assert(
    asyncProperty(path, async (generated) => {
      await furnish();
      const answer = await files.write(here(generated), "transfer", AbortSignal.timeout(30_000)).catch(() => null);
      if (answer) written += 1;
      expect(await readdir(join(base, "outside"))).toEqual(["kept"]);
      expect(await readFile(join(base, "outside/kept"), "utf8")).toBe(canary);
      expect((await readdir(base)).toSorted()).toEqual(["outside", "root"]);
    }),
    {
      numRuns,
      examples: [["folder/new"], ["to-file"], ["gone"], ["gone/new"], ["to-folder/new"], ["up/new"], ["../new"]],
    },
  );
  expect(written).toBeGreaterThan(0);
});
