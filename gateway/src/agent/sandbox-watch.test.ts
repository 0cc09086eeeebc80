import { expect, test } from "vitest";
import type { PooledSandbox } from "./pooled-sandbox.ts";
import { SandboxWatch } from "./sandbox-watch.ts";

const signal = new AbortController().signal;

function watched() {
  const sandboxes: PooledSandbox[] = ["1", "2"].map((groupId) => ({
    groupId,
    sandboxId: `sandbox-${groupId}`,
    generation: 7,
    status: "running",
    startedAt: 0,
  }));
  const world = { now: 0, silent: new Set<string>(), busUp: true, givenUp: [] as string[] };
  const watch = new SandboxWatch({
    sandboxes: () => sandboxes,
    answers: async ({ groupId }) => !world.silent.has(groupId),
    isBusUp: () => world.busUp,
    giveUp: async (groupId, generation, detail) => void world.givenUp.push(`${groupId}/${generation} ${detail}`),
    clock: { now: () => world.now },
    patienceMs: 30_000,
  });
  const lookAt = async (now: number): Promise<void> => {
    world.now = now;
    await watch.look(signal);
  };
  return { world, lookAt };
}

test("a sandbox that stays silent is given up, and no other", async () => {
  const { world, lookAt } = watched();
  world.silent.add("1");
  for (const now of [0, 10_000, 20_000]) await lookAt(now);
  expect(world.givenUp).toEqual([]);
  await lookAt(30_000);
  expect(world.givenUp).toEqual(["1/7 It did not answer for 30 s."]);
});

test("one word is enough to begin anew", async () => {
  const { world, lookAt } = watched();
  world.silent.add("1");
  for (const now of [0, 20_000]) await lookAt(now);
  world.silent.clear();
  await lookAt(25_000);
  world.silent.add("1");
  for (const now of [30_000, 50_000]) await lookAt(now);
  expect(world.givenUp).toEqual([]);
});

test("while the bus is away nobody is to blame", async () => {
  const { world, lookAt } = watched();
  world.silent.add("1").add("2");
  await lookAt(0);
  world.busUp = false;
  await lookAt(60_000);
  world.busUp = true;
  await lookAt(61_000);
  await lookAt(62_000);
  expect(world.givenUp).toEqual([]);
});
