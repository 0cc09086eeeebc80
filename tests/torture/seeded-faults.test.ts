import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { applyPatches } from "./build-gateway.ts";
import { seededFaults } from "./seeded-faults.ts";

const sources = new URL("../../gateway/src/", import.meta.url);

describe("a seeded fault", () => {
  test.each(seededFaults)("fits the sources: $name", async ({ patches }) => {
    for (const { file } of patches) {
      const source = await readFile(new URL(file, sources), "utf8");
      expect(applyPatches(file, source, patches)).not.toBe(source);
    }
  });

  test("that does not fit is an error, once and not twice", () => {
    const patch = { file: "a.ts", find: "x", replace: "y" };
    expect(applyPatches("a.ts", "x", [patch])).toBe("y");
    for (const source of ["", "xx"]) expect(() => applyPatches("a.ts", source, [patch])).toThrow(/does not fit/);
  });
});
