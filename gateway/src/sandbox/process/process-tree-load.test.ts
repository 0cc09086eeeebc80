import { expect, test } from "vitest";
import { parseStat, processTreeLoad } from "./process-tree-load.ts";

const fields = (pid: number, name: string): string =>
  `${pid} (${name}) S 7 1 1 0 -1 4194560 100 0 0 0 3 4 5 6 20 0 1 0 100 2000 42 18446744073709551615`;

test("a program's name may hold what separates the fields", () => {
  const figures = { pid: 12, parent: 7, cpuTicks: 18, memoryPages: 42 };
  expect(parseStat(fields(12, "node"))).toEqual(figures);
  expect(parseStat(fields(12, "a) S (b c) d"))).toEqual(figures);
});

test("what is no such line is nothing", () => {
  for (const text of ["", "12", "12 (node", "12 (node) S"]) expect(parseStat(text)).toBeNull();
});

test.skipIf(process.platform !== "linux")("counts a process, and none that is not there", async () => {
  const load = await processTreeLoad(process.pid);
  expect(load?.memoryBytes).toBeGreaterThan(1024 * 1024);
  expect(await processTreeLoad(2 ** 22 + 1)).toBeNull();
});
