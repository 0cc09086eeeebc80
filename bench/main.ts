// `npm run bench -- <name>`: runs one benchmark of this folder.

import { readdir } from "node:fs/promises";
import { outliveReader } from "./lasting-output.ts";

interface Benchmark {
  name: string;
  run: () => Promise<void>;
}

function isBenchmark(module: object): module is Benchmark {
  return "name" in module && typeof module.name === "string" && "run" in module && typeof module.run === "function";
}

async function loadAll(): Promise<Map<string, Benchmark>> {
  const benchmarks = new Map<string, Benchmark>();
  for (const file of (await readdir(import.meta.dirname)).sort()) {
    if (!file.endsWith(".ts") || file === "main.ts") continue;
    const module: object = await import(`./${file}`);
    if (isBenchmark(module)) benchmarks.set(module.name, module);
  }
  return benchmarks;
}

const wanted = process.argv[2];
const benchmarks = await loadAll();
const benchmark = wanted === undefined ? undefined : benchmarks.get(wanted);
if (benchmark === undefined) {
  console.error(`Usage: npm run bench -- <name>, with one of: ${[...benchmarks.keys()].join(", ")}`);
  process.exitCode = 1;
} else {
  outliveReader(process.stdout);
  await benchmark.run();
}
