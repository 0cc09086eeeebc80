import { describe, expect, test } from "vitest";
import { approvalOutcome, telegramId, withoutSign } from "./approval-outcome.ts";

const choices = [
  { id: "allow", label: "✅ Allow" },
  { id: "deny", label: "⛔ Deny" },
  { id: "later", label: "🕰️ Later" },
];
const chosen = (choice: string, by: string) => ({ state: "chosen", choice, choices, answered_by: by }) as const;

describe("what came of a question", () => {
  test.each([
    [chosen("allow", "page"), undefined, "Allowed on the page", "allow"],
    [chosen("deny", "telegram:7"), "Ada", "Denied by Ada in Telegram", "deny"],
    [chosen("deny", "telegram:7"), undefined, "Denied in Telegram", "deny"],
    [chosen("later", "page"), undefined, "Later on the page", "later"],
  ])("%j by %s reads %s", (approval, person, words, choice) => {
    expect(approvalOutcome(approval, person)).toEqual({ words, choice });
  });

  test("is told where nobody chose", () => {
    const nobody = { choice: null, choices, answered_by: null };
    expect(approvalOutcome({ ...nobody, state: "expired" }).words).toMatch(/^Nobody answered in time/);
    expect(approvalOutcome({ ...nobody, state: "void" }).words).toMatch(/^No answer is needed any more/);
  });

  test("questions and buttons keep their words, whatever sign stands before them", () => {
    expect(choices.map(({ label }) => withoutSign(label))).toEqual(["Allow", "Deny", "Later"]);
    expect(withoutSign("🔐 May the agent use **Bash**?\n\n```\n🔐 x")).toBe("May the agent use **Bash**?\n\n```\n🔐 x");
    expect(["Yes", "2 days", "7"].map(withoutSign)).toEqual(["Yes", "2 days", "7"]);
  });

  test("a person in Telegram is known by their id", () => {
    expect(["telegram:7", "page", null].map(telegramId)).toEqual(["7", undefined, undefined]);
  });
});
