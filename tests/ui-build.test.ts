/** What a browser loads of Mission Control stays small, and comes from here alone. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { z } from "zod";

const dist = join(import.meta.dirname, "../ui/dist");
const manifestFile = join(dist, ".vite/manifest.json");

const Manifest = z.record(
  z.string(),
  z.object({
    file: z.string(),
    isEntry: z.boolean().optional(),
    isDynamicEntry: z.boolean().optional(),
    imports: z.array(z.string()).optional(),
  }),
);

const ENTRY_LIMIT_BYTES = 150 * 1024;
const ROUTE_LIMIT_BYTES = 120 * 1024;

// The build is made by `npm run build`, which `npm test` runs first.
describe.skipIf(!existsSync(manifestFile))("the page's build", () => {
  const manifest = existsSync(manifestFile) ? Manifest.parse(JSON.parse(readFileSync(manifestFile, "utf8"))) : {};
  const gzipped = (file: string): number => gzipSync(readFileSync(join(dist, file))).length;

  const withImports = (key: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(key)) return seen;
    seen.add(key);
    for (const imported of manifest[key]?.imports ?? []) withImports(imported, seen);
    return seen;
  };
  const scriptBytes = (keys: Iterable<string>): number =>
    [...keys].map((key) => gzipped(manifest[key]?.file ?? "")).reduce((sum, bytes) => sum + bytes, 0);

  const entries = Object.keys(manifest).filter((key) => manifest[key]?.isEntry === true);
  const entryKeys = new Set(entries.flatMap((key) => [...withImports(key)]));

  test("has one entry within 150 KB", () => {
    expect(entries).toHaveLength(1);
    expect(scriptBytes(entryKeys)).toBeLessThanOrEqual(ENTRY_LIMIT_BYTES);
  });

  test("adds at most 120 KB for each lazy part", () => {
    const lazy = Object.keys(manifest).filter((key) => manifest[key]?.isDynamicEntry === true);
    expect(lazy.length).toBeGreaterThan(0);
    const sizes = lazy.map((key) => [key, scriptBytes([...withImports(key)].filter((part) => !entryKeys.has(part)))]);
    expect(sizes.filter(([, bytes]) => Number(bytes) > ROUTE_LIMIT_BYTES)).toEqual([]);
  });

  test("has no inline script or style, and names no other site", () => {
    const html = readFileSync(join(dist, "index.html"), "utf8");
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});
