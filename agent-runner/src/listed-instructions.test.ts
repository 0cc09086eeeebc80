import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { listedInstructions } from "./listed-instructions.ts";

let workspace = "";
beforeEach(async () => (workspace = await mkdtemp(join(tmpdir(), "praktor-listed-"))));
afterEach(() => rm(workspace, { recursive: true, force: true }));

async function put(path: string, content: string): Promise<void> {
  const file = join(workspace, ".claude", path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

it.each(["skills/new/SKILL.md", "agents/new.md", "commands/deeper/new.md", "rules/new.md"])(
  "tells when %s comes, is written and goes",
  async (path) => {
    await put("rules/old.md", "Old.");
    const states = [await listedInstructions(workspace)];
    await put(path, "One.");
    states.push(await listedInstructions(workspace));
    await put(path, "Another.");
    states.push(await listedInstructions(workspace));
    expect(new Set(states).size).toBe(3);
    await rm(join(workspace, ".claude", path));
    expect(await listedInstructions(workspace)).toBe(states[0]);
  },
);

it("does not change by what a skill keeps for itself, nor where nothing is", async () => {
  expect(await listedInstructions(workspace)).toBe("");
  await put("skills/one/SKILL.md", "One.");
  const before = await listedInstructions(workspace);
  await put("skills/one/notes.md", "Used once.");
  await put("settings.json", "{}");
  expect(await listedInstructions(workspace)).toBe(before);
});

it("follows links, and ends where they lead in a circle", async () => {
  await put("elsewhere/SKILL.md", "One.");
  await put("skills/one/SKILL.md", "One.");
  const before = await listedInstructions(workspace);
  await symlink(join(workspace, ".claude", "elsewhere"), join(workspace, ".claude", "skills", "two"));
  for (const name of ["a", "b", "c"])
    await symlink(join(workspace, ".claude", "skills"), join(workspace, ".claude", "skills", name));
  const after = await listedInstructions(workspace);
  expect(after).not.toBe(before);
  expect(after.split("\n").length).toBeLessThan(2_000);
});
