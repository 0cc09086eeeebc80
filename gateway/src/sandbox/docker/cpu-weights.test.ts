import { expect, test } from "vitest";
import { silentLogger } from "../../kit/logger.ts";
import { CpuWeights, meanCores, sharesFor } from "./cpu-weights.ts";

const signal = new AbortController().signal;

/** Containers that use as many processors as they are told to, looked at every two seconds. */
class Machine {
  readonly uses = new Map<string, number>();
  readonly shares = new Map<string, number>();
  readonly set: string[] = [];
  readonly #had = new Map<string, number>();
  #ms = 0;
  readonly weights = new CpuWeights({
    running: () => [...this.uses.keys()],
    cpuMs: (id) => Promise.resolve(this.#had.get(id) ?? 0),
    setShares: (id, shares) => {
      if (id === "gone") return Promise.reject(new Error("no such container"));
      this.shares.set(id, shares);
      this.set.push(`${id} ${shares}`);
      return Promise.resolve();
    },
    now: () => this.#ms,
    logger: silentLogger,
  });

  async pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 2) {
      this.#ms += 2_000;
      for (const [id, cores] of this.uses) this.#had.set(id, (this.#had.get(id) ?? 0) + cores * 2_000);
      await this.weights.look(signal);
    }
  }
}

test("who burns processors comes after the others within seconds, and is forgiven within a minute", async () => {
  const machine = new Machine();
  machine.uses.set("burns", 2).set("talks", 0.2);
  await machine.pass(8);
  expect(machine.shares.get("burns")).toBeLessThanOrEqual(64);
  expect(machine.shares.get("talks")).toBe(512);
  machine.uses.set("burns", 0);
  await machine.pass(60);
  expect(machine.shares.get("burns")).toBe(512);
});

test("a weight is set when it is another, and once for what an earlier gateway may have left", async () => {
  const machine = new Machine();
  machine.uses.set("a", 0).set("b", 0.1);
  await machine.pass(20);
  expect(machine.set.toSorted()).toEqual(["a 512", "b 512"]);
});

test("one that is gone keeps no other from being weighed; one alone is left in peace", async () => {
  const machine = new Machine();
  machine.uses.set("burns", 2);
  await machine.pass(8);
  expect(machine.set).toEqual([]);
  machine.uses.set("gone", 2);
  await machine.pass(8);
  expect(machine.shares.get("burns")).toBeLessThanOrEqual(64);
});

test("shares fall with the use, and never to nothing", () => {
  expect([0, 0.25, 0.3, 0.6, 2, 64].map(sharesFor)).toEqual([512, 512, 256, 128, 64, 32]);
  expect(meanCores(0, 1)).toBe(0.5);
  expect(meanCores(1, 0)).toBe(0.9);
});
