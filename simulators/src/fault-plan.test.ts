import { describe, expect, it } from "vitest";
import { FaultPlan } from "./fault-plan.ts";

describe("a fault plan", () => {
  it("strikes the named operation of the named subject, after what it skips, as often as told", () => {
    const plan = new FaultPlan<string>(1);
    plan.add({ on: "send", subject: "7", fault: "cut", skip: 1, times: 2 });
    const strikes = ["7", "8", "7", "7", "7"].map((subject) => plan.decide("send", subject));
    expect(strikes).toEqual([undefined, undefined, "cut", "cut", undefined]);
    expect(plan.decide("other", "7")).toBeUndefined();
  });

  it("adds up probabilities, so that 30 % and 30 % leave 40 % alone", () => {
    const plan = new FaultPlan<string>(42);
    plan.set([
      { fault: "a", probability: 0.3 },
      { fault: "b", probability: 0.3 },
    ]);
    const draws = Array.from({ length: 10_000 }, () => plan.decide("x") ?? "none");
    const share = (kind: string) => draws.filter((draw) => draw === kind).length / draws.length;
    expect(share("a")).toBeCloseTo(0.3, 1);
    expect(share("b")).toBeCloseTo(0.3, 1);
    expect(share("none")).toBeCloseTo(0.4, 1);
  });

  it("repeats its draws from a seed", () => {
    const rules = [{ fault: "a", probability: 0.5 }];
    const run = (seed: number) => {
      const plan = new FaultPlan<string>(1);
      plan.set(rules, seed);
      return Array.from({ length: 64 }, () => plan.decide("x"));
    };
    expect(run(9)).toEqual(run(9));
    expect(run(9)).not.toEqual(run(10));
  });
});
