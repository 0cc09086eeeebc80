/** An agent that swaps folders for links as fast as it can, while its files are read and written. `PRAKTOR_LONG=1` tries it for ten seconds. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HeldPlace } from "./held-place.ts";
import { WorkspaceFiles } from "./workspace-files.ts";

const forMs = process.env["PRAKTOR_LONG"] === "1" ? 10_000 : 1_000;
const canary = "a canary from outside, of a length that nothing else has";
/** The folder, and the file in it, are themselves one moment and links to outside the next. */
const attacker = `
const fs = require("node:fs");
const [root, outside] = process.argv.slice(1);
const quietly = (work) => { try { work(); } catch {} };
const swap = (path, target) => {
  quietly(() => fs.renameSync(path, path + ".aside"));
  quietly(() => fs.symlinkSync(target, path));
  quietly(() => fs.unlinkSync(path));
  // A folder that a write has made in its place meanwhile goes again, or the right one would never come back.
  while (fs.existsSync(path + ".aside")) {
    quietly(() => fs.rmSync(path, { recursive: true }));
    quietly(() => fs.renameSync(path + ".aside", path));
  }
};
process.stdout.write("begun");
for (;;) {
  swap(root + "/folder", outside);
  swap(root + "/folder/kept", outside + "/kept");
  swap(root + "/folder/new", outside);
}`;

let base: string;
let server: Server;
let swapping: ChildProcess | null = null;
let files: WorkspaceFiles;
const received: string[] = [];

beforeEach(async () => {
  received.length = 0;
  base = await realpath(await mkdtemp(join(tmpdir(), "held-place-")));
  await mkdir(join(base, "outside"));
  await writeFile(join(base, "outside/kept"), canary);
  await mkdir(join(base, "root/folder"), { recursive: true });
  await writeFile(join(base, "root/folder/kept"), "mine");
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      if (request.method === "PUT") received.push(body);
      response.end("written");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  files = new WorkspaceFiles({ root: join(base, "root"), endpoint: `http://127.0.0.1:${port}`, token: "t" });
});
afterEach(async () => {
  if (swapping) {
    const exited = once(swapping, "exit");
    swapping.kill("SIGKILL");
    await exited;
    swapping = null;
  }
  server.close();
  server.closeAllConnections();
  await rm(base, { recursive: true, force: true });
});

test.skipIf(process.platform !== "linux")(
  "nothing from outside comes in sight, and nothing gets there",
  { timeout: 120_000 },
  async () => {
    swapping = spawn(process.execPath, ["-e", attacker, join(base, "root"), join(base, "outside")]);
    await once(swapping.stdout!, "data");
    const seen: string[] = [];
    const done = { list: 0, stat: 0, read: 0, write: 0 };
    const until = Date.now() + forMs;
    const signal = AbortSignal.timeout(100_000);
    let count = 0;
    const again = async (kind: keyof typeof done, work: () => Promise<unknown>): Promise<void> => {
      // However slow the machine is: each kind has to have worked.
      while (!signal.aborted && (Date.now() < until || done[kind] < 5)) {
        try {
          seen.push(JSON.stringify(await work()));
          done[kind] += 1;
        } catch {
          // Refused, or just not there: as it should be.
        }
      }
    };
    await Promise.all([
      again("list", () => files.list("folder")),
      again("stat", () => files.stat("folder/kept")),
      ...Array.from({ length: 3 }, () => again("read", () => files.read("folder/kept", `r${(count += 1)}`, signal))),
      ...Array.from({ length: 3 }, () =>
        again("write", () => files.write(`folder/new/${(count += 1)}/file`, `w${count}`, signal)),
      ),
    ]);
    expect(Math.min(...Object.values(done))).toBeGreaterThanOrEqual(5);
    expect(new Set(received)).toEqual(new Set(["mine"]));
    expect(seen.filter((text) => text.includes(`"sizeBytes":${canary.length}`))).toEqual([]);
    expect(await readdir(join(base, "outside"))).toEqual(["kept"]);
    expect(await readFile(join(base, "outside/kept"), "utf8")).toBe(canary);
  },
);

test("what is held stays what it was when its path leads elsewhere", async () => {
  const root = join(base, "root");
  await using held = await HeldPlace.folder(root, "folder");
  if (process.platform !== "linux") return;
  await rm(join(root, "folder"), { recursive: true });
  await symlink(join(base, "outside"), join(root, "folder"));
  await expect(readFile(held.at("kept"), "utf8")).rejects.toThrow("ENOENT");
  await expect(HeldPlace.folder(root, "folder")).rejects.toMatchObject({ code: "outside_workspace" });
});

test("a link that stays inside is followed, and one in the way of a new folder is not", async () => {
  const root = join(base, "root");
  await symlink("folder", join(root, "same"));
  await using held = await HeldPlace.file(root, "same/kept");
  expect(await held.handle.readFile("utf8")).toBe("mine");
  await using folder = await HeldPlace.folder(root, "");
  await expect(folder.subfolder("same")).rejects.toMatchObject({ code: "not_a_directory" });
});
