import { describe, expect, test } from "vitest";
import { Pairing } from "./pairing.ts";

class Memory {
  readonly values = new Map<string, string>();
  async get(key: string): Promise<string | null> {
    return this.values.get(key) ?? null;
  }
  async set(key: string, value: string): Promise<void> {
    this.values.set(key, value);
  }
}

const ada = { id: "7", name: "Ada" };
const bob = { id: "8", name: "Bob" };
const wrong = (code: string): string => `${code.slice(0, 7)}${code.endsWith("A") ? "B" : "A"}`;

async function start(): Promise<{ memory: Memory; pairing: Pairing; clock: { time: number; now(): number } }> {
  const memory = new Memory();
  const clock = {
    time: 1_000_000,
    now() {
      return this.time;
    },
  };
  return { memory, clock, pairing: await Pairing.load(memory, clock) };
}

describe("a pairing code", () => {
  test("lets one person in, the first as owner, and is remembered over a restart", async () => {
    const { memory, clock, pairing } = await start();
    const first = await pairing.offer();
    expect(first).toMatchObject({ code: expect.stringMatching(/^[A-HJ-NP-Z2-9]{8}$/), tries: 5, makes_owner: true });
    expect([...memory.values.values()].join()).not.toContain(first.code);
    expect(await pairing.enter(ada, ` ${first.code.slice(0, 4)}-${first.code.slice(4).toLowerCase()}`, true)).toEqual({
      type: "paired",
      isOwner: true,
    });
    expect(await pairing.enter(bob, first.code, true)).toEqual({ type: "void" });
    const second = await pairing.offer();
    expect(second.makes_owner).toBe(false);
    expect(await pairing.enter(bob, `/start ${second.code}`, true)).toEqual({ type: "paired", isOwner: false });
    const again = await Pairing.load(memory, clock);
    expect([again.has("7"), again.has("8"), again.has("9"), again.owner]).toEqual([true, true, false, "7"]);
  });

  test("may come twice from the person whom it let in", async () => {
    const { pairing } = await start();
    const { code } = await pairing.offer();
    await pairing.enter(ada, code, true);
    expect(await pairing.enter(ada, code, false)).toEqual({ type: "paired", isOwner: true });
    expect(pairing.view().people).toHaveLength(1);
  });

  test("is void after five wrong ones for who sent them, also over a restart in between, and for nobody else", async () => {
    const { memory, clock, pairing } = await start();
    const { code } = await pairing.offer();
    expect(await pairing.enter(bob, wrong(code), true)).toEqual({ type: "wrong", mistyped: false, triesLeft: 4 });
    const restarted = await Pairing.load(memory, clock);
    for (const triesLeft of [3, 2, 1, 0]) {
      expect(await restarted.enter(bob, wrong(code), true)).toEqual({ type: "wrong", mistyped: false, triesLeft });
    }
    expect(await restarted.enter(bob, code, true)).toEqual({ type: "void" });
    expect(restarted.has("8")).toBe(false);
    expect(restarted.view().expires).not.toBeNull();
    expect(await restarted.enter(ada, code, true)).toEqual({ type: "paired", isOwner: true });
  });

  test("is void for all after a thousand wrong ones, whoever sent them", async () => {
    const { memory, pairing } = await start();
    const { code } = await pairing.offer();
    for (let guess = 0; guess < 1_000; guess += 1) {
      const stranger = { id: String(1_000 + Math.floor(guess / 5)), name: "Eve" };
      expect((await pairing.enter(stranger, wrong(code), true)).type).toBe("wrong");
    }
    expect(await pairing.enter(ada, code, true)).toEqual({ type: "void" });
    expect(pairing.view().expires).toBeNull();
    expect([...memory.values.values()].join().length).toBeLessThan(10_000);
  });

  test("is void after ten minutes, and when there is a newer one", async () => {
    const { clock, pairing } = await start();
    const { code: old } = await pairing.offer();
    const { code } = await pairing.offer();
    expect(await pairing.enter(ada, old, false)).toEqual({ type: "none" });
    clock.time += 10 * 60_000;
    expect(await pairing.enter(ada, code, true)).toEqual({ type: "void" });
    expect(pairing.has("7")).toBe(false);
  });

  test("lets in only one of two who send it at the same time", async () => {
    const { pairing } = await start();
    const { code } = await pairing.offer();
    const outcomes = await Promise.all([pairing.enter(ada, code, true), pairing.enter(bob, code, true)]);
    expect(outcomes.map(({ type }) => type)).toEqual(["paired", "void"]);
  });

  test("is not used up by what people who may write say, nor by other words", async () => {
    const { pairing } = await start();
    const { code } = await pairing.offer();
    expect(await pairing.enter(ada, wrong(code), false)).toEqual({ type: "none" });
    expect(await pairing.enter(bob, "please let me in", true)).toEqual({ type: "none" });
    expect(await pairing.enter(bob, code, true)).toMatchObject({ type: "paired" });
  });
});

test("who is removed is a stranger again, and nobody remembers the owner", async () => {
  const { pairing } = await start();
  await pairing.enter(ada, (await pairing.offer()).code, true);
  expect(await pairing.remove("7")).toBe(true);
  expect([pairing.has("7"), pairing.owner, await pairing.remove("7")]).toEqual([false, null, false]);
});
