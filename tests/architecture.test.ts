/** The house's floors: imports go down, never up; rooms on one floor do not know each other; workspaces meet only at their borders. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A workspace and the ones that its sources may import. Tests may also use what a package declares for development. */
const workspaces: Record<string, { may: string[]; testsMay: string[] }> = {
  protocol: { may: [], testsMay: [] },
  "nats-server": { may: [], testsMay: [] },
  gateway: { may: ["protocol", "nats-server"], testsMay: ["simulators"] },
  "agent-runner": { may: ["protocol"], testsMay: ["nats-server", "simulators"] },
  ptask: { may: ["protocol"], testsMay: ["nats-server"] },
  ui: { may: ["protocol"], testsMay: [] },
  simulators: { may: [], testsMay: [] },
};

/** The gateway's rooms by floor; a file directly under `src` is on the top floor. */
const floors: readonly (readonly string[])[] = [
  ["config", "kit"],
  ["store", "natsbus", "sandbox", "groups", "usage", "vault"],
  ["agent", "scheduler", "swarm"],
  ["telegram", "web", "sandbox-api"],
  ["commands"],
];
const topFloor = floors.length - 1;

/** Module-level state or settings that would be read behind everybody's back. */
const environmentReaders =
  /^(gateway\/src\/(main\.ts|commands\/|paths\.ts)|agent-runner\/src\/main\.ts|ptask\/src\/main\.ts|simulators\/|[^/]+\/[^/]*\.config\.ts)/;

interface Source {
  path: string;
  workspace: string;
  isTest: boolean;
  text: string;
  imports: string[];
}

const sources = await readSources();

describe("architecture", () => {
  test("there are sources to look at in every workspace", () => {
    const found = new Set(sources.map((source) => source.workspace));
    expect([...found].toSorted()).toEqual(Object.keys(workspaces).toSorted());
  });

  test("workspaces import only what stands below them", () => {
    const wrong = sources.flatMap((source) => {
      const { may, testsMay } = workspaces[source.workspace] ?? { may: [], testsMay: [] };
      const allowed = new Set([...may, ...(source.isTest ? testsMay : [])].map(packageName));
      return source.imports
        .filter((name) => name.startsWith("@praktor/") && !allowed.has(packageOf(name)))
        .filter((name) => packageOf(name) !== packageName(source.workspace))
        .map((name) => `${source.path} imports ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  test("relative imports stay inside their workspace", () => {
    const wrong = sources.flatMap((source) =>
      relativeImports(source)
        .filter(
          ({ target }) => !target.startsWith(`${source.workspace}/`) && !(source.isTest && target.startsWith("tests/")),
        )
        .map(({ name }) => `${source.path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test("every room of the gateway has a floor", () => {
    const rooms = new Set(
      gatewaySources()
        .map(roomOf)
        .filter((room) => room !== null),
    );
    expect([...rooms].filter((room) => floorOf(room) === -1)).toEqual([]);
  });

  test("the gateway's imports go down, and neighbours do not know each other", () => {
    const wrong = gatewaySources().flatMap((source) => {
      const room = roomOf(source);
      const floor = room === null ? topFloor : floorOf(room);
      return relativeImports(source)
        .map(({ name, target }) => ({ name, room: roomOfPath(target), inGateway: target.startsWith("gateway/src/") }))
        .filter((imported) => imported.inGateway && imported.room !== room)
        .filter((imported) => {
          const below = imported.room === null ? topFloor : floorOf(imported.room);
          if (floor === topFloor) return false;
          return below >= floor && !(floor === 0 && below === 0);
        })
        .map(({ name }) => `${source.path} imports ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  test("nothing below the composition root reads the environment", () => {
    const wrong = sources
      .filter(
        (source) => !source.isTest && !environmentReaders.test(source.path) && source.text.includes("process.env"),
      )
      .map((source) => source.path);
    expect(wrong).toEqual([]);
  });

  test("only the command lines end the process", () => {
    const wrong = sources
      .filter((source) => !source.isTest && !source.path.endsWith("/main.ts") && /process\.exit\(/.test(source.text))
      .map((source) => source.path);
    expect(wrong).toEqual([]);
  });

  test("there are no barrels, no grab bags and no enums", () => {
    const names = sources
      .filter((source) => /\/(index|utils|helpers)\.tsx?$/.test(source.path))
      .map((source) => source.path);
    const enums = sources
      .filter((source) => /^\s*(export )?(const )?enum /m.test(source.text))
      .map((source) => source.path);
    expect([...names, ...enums]).toEqual([]);
  });
});

function gatewaySources(): Source[] {
  return sources.filter((source) => source.path.startsWith("gateway/src/") && !source.isTest);
}

function relativeImports(source: Source): { name: string; target: string }[] {
  return source.imports
    .filter((name) => name.startsWith("."))
    .map((name) => ({ name, target: relative(root, resolve(root, dirname(source.path), name)) }));
}

function roomOf(source: Source): string | null {
  return roomOfPath(source.path);
}

function roomOfPath(path: string): string | null {
  const [, , room, ...rest] = path.split("/");
  return room === undefined || rest.length === 0 ? null : room;
}

function floorOf(room: string): number {
  return floors.findIndex((rooms) => rooms.includes(room));
}

function packageName(workspace: string): string {
  return workspace === "gateway" ? "praktor" : `@praktor/${workspace}`;
}

function packageOf(specifier: string): string {
  return specifier.split("/").slice(0, 2).join("/");
}

async function readSources(): Promise<Source[]> {
  const all = await Promise.all(
    Object.keys(workspaces).map(async (workspace) => {
      const names = await readdir(join(root, workspace, "src"), { recursive: true });
      return await Promise.all(
        names
          .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
          .map(async (name): Promise<Source> => {
            const path = `${workspace}/src/${name}`;
            const text = await readFile(join(root, path), "utf8");
            const isTest = /\.(test|contract)\.tsx?$/.test(name) || /(^|\/)testing\//.test(name);
            return { path, workspace, isTest, text, imports: importsOf(text) };
          }),
      );
    }),
  );
  return all.flat();
}

function importsOf(text: string): string[] {
  return [
    ...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*["']([^"']+)["']|import\s*\(?\s*["']([^"']+)["']/g),
  ].map((match) => match[1] ?? match[2] ?? "");
}
