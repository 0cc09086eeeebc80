import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemProgram } from "./system-program.ts";

test("a program is the first of the system's own", async () => {
  const folder = await mkdtemp(join(tmpdir(), "system-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const folders = ["one", "two", "three"].map((name) => join(folder, name));
  for (const name of folders.slice(1)) {
    await mkdir(name);
    await writeFile(join(name, "bash"), "");
  }
  expect(systemProgram("bash", folders)).toBe(join(folder, "two", "bash"));
  expect(systemProgram("zsh", folders)).toBeUndefined();
});
