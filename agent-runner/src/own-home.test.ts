import { execFile } from "node:child_process";
import { readdir, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ownHome, ownHomeEnvironment } from "./own-home.ts";

const given = { HOME: "/a home/it's", PATH: '/usr/bin:/bin:/$(touch x)/"`b`' };
const print = 'printf "%s\\n" "$HOME" "$PATH" "${CLAUDE_ENV_FILE-none}"';

test("commands get back what Claude Code does not have, whatever is in it", async () => {
  await using home = await ownHome(given);
  const env = ownHomeEnvironment(home.path);
  const { stdout } = await promisify(execFile)("/bin/bash", ["-c", `. "$CLAUDE_ENV_FILE" && ${print}`], { env });
  expect(stdout.split("\n").slice(0, 3)).toEqual([given.HOME, given.PATH, "none"]);
});

test("a login shell finds its programs, and none of the agent's start files", async () => {
  await using home = await ownHome(given);
  const { HOME = "", PATH = "" } = ownHomeEnvironment(home.path);
  const { stdout } = await promisify(execFile)("/bin/bash", ["-lc", print], { env: { HOME, PATH } });
  expect(stdout.split("\n").slice(0, 2)).toEqual([home.path, given.PATH]);
});

test("it holds no program but the one that tells what runs, and nobody may write into it", async () => {
  await using home = await ownHome(given);
  expect((await stat(home.path)).mode & 0o777).toBe(0o555);
  expect(await readlink(join(home.path, "ps"))).toMatch(/^(?:\/usr)?\/bin\/ps$/);
  const files = (await readdir(home.path)).filter((name) => name !== "ps");
  for (const name of files) expect((await stat(join(home.path, name))).mode & 0o777).toBe(0o444);
});
