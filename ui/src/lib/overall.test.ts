import type { Trouble } from "@praktor/protocol/insight";
import { describe, expect, test } from "vitest";
import { overall, type OverallFacts } from "./overall.ts";

const well: OverallFacts = {
  awaySinceMs: null,
  answeredAtMs: 5_000,
  isSilent: false,
  health: [{ name: "store", ok: true, detail: "" }],
  questions: 0,
  troubles: [],
  budgets: [{ scope: "day", group_id: null, limit_usd: 5, used_usd: 1, state: "fine" }],
};
const trouble = (kind: Trouble["kind"]): Trouble => ({
  kind,
  group_id: "g",
  conversation_id: "c",
  message_id: null,
  detail: "",
  at: "2026-01-01T00:00:00.000Z",
});

describe("the headline", () => {
  test("says that all is well only where all is known", () => {
    expect(overall(well)).toEqual([{ type: "well" }]);
    for (const key of ["health", "questions", "troubles", "budgets"]) {
      expect(overall({ ...well, [key]: undefined })).toEqual([]);
    }
  });

  test("says since when the gateway is gone, and nothing that is old by then", () => {
    const gone = { ...well, awaySinceMs: 6_000, questions: 2 };
    expect(overall(gone)).toEqual([{ type: "unreachable", sinceMs: 6_000 }]);
    // It answers, though it does not hold the connection.
    const answering = { ...gone, questions: 0, answeredAtMs: 6_001 };
    expect(overall(answering)).toEqual([{ type: "well" }]);
    expect(overall({ ...answering, isSilent: true })).toEqual([{ type: "unreachable", sinceMs: 6_001 }]);
    expect(overall({ ...well, isSilent: true, answeredAtMs: 0 })).toEqual([{ type: "unreachable", sinceMs: null }]);
    expect(overall({ ...well, isSilent: true })).toEqual([{ type: "unreachable", sinceMs: 5_000 }]);
  });

  test("says what needs a person before what failed", () => {
    const facts = {
      ...well,
      questions: 1,
      troubles: [trouble("turn_failed"), trouble("delivery_uncertain"), trouble("delivery_failed")],
      budgets: [{ scope: "day", group_id: null, limit_usd: 5, used_usd: 4.5, state: "near" } as const],
      health: [
        { name: "store", ok: true, detail: "" },
        { name: "sandbox", ok: false, detail: "" },
        { name: "model", ok: false, level: "warn", detail: "" } as const,
      ],
    };
    expect(overall(facts)).toEqual([
      { type: "needs_you", count: 3 },
      { type: "broken", parts: ["sandbox"] },
      { type: "unsure", parts: ["model"] },
      { type: "failures", count: 2 },
    ]);
  });
});
