import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SwarmTeam } from "@praktor/protocol/swarm";
import { afterEach, describe, expect, test } from "vitest";
import { silentLogger } from "../kit/logger.ts";
import { SwarmTemplates } from "./templates.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function open(files: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "praktor-templates-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const savedFolder = join(folder, "saved");
  const warnings: unknown[] = [];
  const logger = { ...silentLogger, warn: (details: object) => void warnings.push(details) };
  return { savedFolder, warnings, templates: new SwarmTemplates({ shippedFolder: folder, savedFolder, logger }) };
}

const team = SwarmTeam.parse({ title: "Mine", agents: [{ role: "a" }, { role: "b" }], lead: "b" });
const shippedTeam = "title: Theirs\nagents:\n  - role: a\n";

describe("templates of teams", () => {
  test("that come with Praktor can all run", async () => {
    const shippedFolder = fileURLToPath(new URL("../../../config/swarms", import.meta.url));
    const { savedFolder, warnings } = open();
    const templates = new SwarmTemplates({ shippedFolder, savedFolder, logger: silentLogger });
    const files = (await readdir(shippedFolder)).filter((name) => name.endsWith(".yaml"));
    const listed = await templates.list();
    expect(listed.map(({ name }) => `${name}.yaml`)).toEqual(files.toSorted());
    expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(["code-review", "research", "writing"]));
    expect(warnings).toEqual([]);
  });

  test("of one name can be saved by several at once: the last one stays, whole", async () => {
    const { templates, savedFolder } = open();
    const titles = Array.from({ length: 20 }, (_, index) => `Team ${index}`);
    await Promise.all(titles.map((title) => templates.save("one", { ...team, title })));
    expect(titles).toContain((await templates.find("one"))?.title);
    expect(await readdir(savedFolder)).toEqual(["one.yaml"]);
  });

  test("that cannot be written leave no draft behind", async () => {
    const { templates, savedFolder } = open();
    await mkdir(join(savedFolder, "one.yaml"), { recursive: true });
    await expect(templates.save("one", team)).rejects.toThrow("EISDIR");
    expect(await readdir(savedFolder)).toEqual(["one.yaml"]);
  });

  test("are saved, hide a shipped one of the same name, and give it back when they go", async () => {
    const { templates, savedFolder } = open({ "one.yaml": shippedTeam });
    expect(await templates.find("one")).toMatchObject({ title: "Theirs", shipped: true });
    await templates.save("one", team);
    expect(await templates.list()).toEqual([{ ...team, name: "one", shipped: false }]);
    expect((await stat(join(savedFolder, "one.yaml"))).mode & 0o777).toBe(0o600);
    expect(await readdir(savedFolder)).toEqual(["one.yaml"]);
    await templates.remove("one");
    expect(await templates.find("one")).toMatchObject({ title: "Theirs" });
    await expect(templates.remove("one")).rejects.toMatchObject({ code: "not_found" });
  });

  test("that could not run are refused, and nothing is written", async () => {
    const { templates, savedFolder } = open();
    const edges = [
      { from: "a", to: "b", kind: "directed" },
      { from: "b", to: "a", kind: "directed" },
    ] as const;
    await expect(templates.save("circle", { ...team, edges: [...edges] })).rejects.toMatchObject({ code: "invalid" });
    await expect(templates.save("../outside", team)).rejects.toThrow("must be 1 to 48");
    await expect(readdir(savedFolder)).rejects.toThrow("ENOENT");
  });

  test("that cannot be read are left out, and the log says which", async () => {
    const files = { "bad.yaml": "agents: 3", "Bad Name.yaml": shippedTeam, "notes.txt": "x", "good.yaml": shippedTeam };
    const { templates, warnings } = open(files);
    expect((await templates.list()).map(({ name }) => name)).toEqual(["good"]);
    expect(warnings).toMatchObject([{ file: "Bad Name.yaml" }, { file: "bad.yaml" }]);
  });
});
