/** A gateway as it is shipped, in a folder of its own: bundled from the sources, perhaps with a fault put into them, beside a runner of one's choice. */
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** One replacement in one file of the gateway's sources. */
export interface Patch {
  file: string;
  find: string;
  replace: string;
}

export interface GatewayParts {
  /** `claude`: the real runner with Claude Code; `stand-in`: the real runner's bus with a played turn. */
  runner: "claude" | "stand-in";
  patches?: readonly Patch[];
}

/** Returns the program to run. Rejects when a patch does not fit the sources exactly once: it would prove nothing. */
export async function buildGateway(folder: string, { runner, patches = [] }: GatewayParts): Promise<string> {
  const program = join(folder, "gateway", "src", "praktor.mjs");
  for (const part of [dirname(program), join(folder, "agent-runner/dist")]) await mkdir(part, { recursive: true });
  await Promise.all([
    patches.length > 0
      ? bundleGatewaySource("main.ts", program, patches)
      : writeBundled("gateway/src/main.ts", program),
    writeBundled(
      runner === "claude" ? "agent-runner/src/main.ts" : "tests/torture/stand-in-runner.ts",
      join(folder, "agent-runner/dist/agent-runner.mjs"),
    ),
    ...["ui", "ptask", "groups", "config", "node_modules"].map((name) => symlink(join(root, name), join(folder, name))),
  ]);
  return program;
}

/** One program of the gateway's sources, with the patches in it. */
export async function bundleGatewaySource(source: string, outfile: string, patches: readonly Patch[]): Promise<void> {
  const applied = new Set<Patch>();
  await writeFile(outfile, await bundle(join(root, "gateway/src", source), [patching(patches, applied)]));
  const missed = patches.find((patch) => !applied.has(patch));
  if (missed) throw new Error(`The patch of ${missed.file} was never applied: ${source} does not need that file.`);
}

/** Throws when one of the file's patches does not fit exactly once. */
export function applyPatches(file: string, source: string, patches: readonly Patch[]): string {
  return patches
    .filter((patch) => patch.file === file)
    .reduce((text, { find, replace }) => {
      if (text.split(find).length !== 2) throw new Error(`A patch does not fit ${file}: ${find}`);
      return text.replace(find, () => replace);
    }, source);
}

/** Many stages of one run take the same programs. */
const bundled = new Map<string, Promise<Uint8Array>>();

async function writeBundled(source: string, outfile: string): Promise<void> {
  const program = bundled.get(source) ?? bundle(join(root, source));
  bundled.set(source, program);
  await writeFile(outfile, await program);
}

async function bundle(entry: string, plugins: Plugin[] = []): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    write: false,
    plugins,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    keepNames: true,
    minifyWhitespace: true,
    logLevel: "error",
    external: ["cpu-features", "*/sshcrypto.node"],
    // Packages in CommonJS among the bundled ones ask for these.
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);const __filename=import.meta.filename,__dirname=import.meta.dirname;',
    },
  });
  const [program] = outputFiles;
  if (program === undefined) throw new Error(`Nothing came of ${entry}.`);
  return program.contents;
}

function patching(patches: readonly Patch[], applied: Set<Patch>): Plugin {
  return {
    name: "patch",
    setup(setup) {
      setup.onLoad({ filter: /gateway\/src\/.*\.ts$/ }, async ({ path }) => {
        const file = relative(join(root, "gateway/src"), path);
        const mine = patches.filter((patch) => patch.file === file);
        if (mine.length === 0) return undefined;
        for (const patch of mine) applied.add(patch);
        return { contents: applyPatches(file, await readFile(path, "utf8"), mine), loader: "ts" as const };
      });
    },
  };
}
