import { expect, test } from "vitest";
import { toLoad } from "./container-load.ts";

const cpu = { cpu_usage: { total_usage: 1_500_000_000 } };

test("memory that the kernel would give back at once does not count, in both versions of cgroups", () => {
  const memory = { usage: 300, limit: 1000 };
  const load = { cpuMs: 1500, memoryBytes: 200, memoryLimitBytes: 1000 };
  expect(toLoad({ cpu_stats: cpu, memory_stats: { ...memory, stats: { inactive_file: 100 } } })).toEqual(load);
  expect(toLoad({ cpu_stats: cpu, memory_stats: { ...memory, stats: { total_inactive_file: 100 } } })).toEqual(load);
});

test("a container that has just ended has no figures", () => {
  expect(toLoad({ cpu_stats: cpu, memory_stats: {} })).toBeNull();
  expect(toLoad(undefined)).toBeNull();
});
