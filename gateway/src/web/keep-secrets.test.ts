import { describe, expect, test } from "vitest";
import { Redactor } from "../vault/redactor.ts";
import { keepSecrets } from "./keep-secrets.ts";

const one = "ghp_0123456789abcdef";
const other = "ghp_fedcba9876543210";
const redactor = new Redactor();
redactor.know("settings", [one, other]);

describe("what is saved of what was shown", () => {
  const team = {
    title: `Of ${one}`,
    agents: [
      { role: "a", prompt: `Ask ${one}` },
      { role: "b", prompt: `Tell ${other} and ${one}` },
      { role: "c", prompt: "Say [redacted] to nobody" },
    ],
    lead: "c",
    limits: { tokens: 5, cost_usd: null },
  };

  test("is what is stored, in whatever depth", () => {
    const shown = redactor.redactDeep(team);
    expect(shown.agents[1]?.prompt).toBe("Tell [redacted] and [redacted]");
    expect(keepSecrets(shown, [team], redactor)).toEqual(team);
    expect(keepSecrets(team, [team], redactor)).toEqual(team);
  });

  test("is the same in another order, with less, and with more", () => {
    const { agents, ...rest } = redactor.redactDeep(team);
    const added = { role: "d", prompt: "New" };
    const sent = { ...rest, title: "New", agents: [added, ...agents.toReversed().slice(1)] };
    expect(keepSecrets(sent, [team], redactor)).toEqual({
      ...team,
      title: "New",
      agents: [added, team.agents[1], team.agents[0]],
    });
  });

  test("comes from the next that it may have been filled from", () => {
    const shown = redactor.redactDeep(team);
    expect(keepSecrets(shown, [null, undefined, { title: "x", agents: 7 }, team], redactor)).toEqual(team);
  });

  test("is refused where a change would lose a secret, and named by its field", () => {
    const agents = [{ role: "a", prompt: "Ask [redacted] now" }];
    expect(() => keepSecrets({ agents }, [team], redactor)).toThrow(
      expect.objectContaining({
        code: "invalid",
        message: expect.stringMatching(/: agents\.0\.prompt must not hold \[redacted\]/),
        faults: [{ field: "agents.0.prompt", message: expect.any(String) }],
      }),
    );
  });

  test("is as it was sent where nothing was hidden, without the texts of other fields", () => {
    const sent = { title: "What does [redacted] mean?", name: redactor.redact(team.title) };
    expect(keepSecrets(sent, [{ title: "Plain", other: team.title }], redactor)).toEqual(sent);
    expect(keepSecrets({ title: "No mark" }, [team], redactor)).toEqual({ title: "No mark" });
    expect(keepSecrets({ title: null, x: undefined, n: 1 }, [team], redactor)).toEqual({
      title: null,
      x: undefined,
      n: 1,
    });
  });
});
