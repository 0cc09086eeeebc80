import { expect, test } from "vitest";
import { PraktorError } from "../kit/praktor-error.ts";
import type { SandboxRow, Turn } from "../store/rows.ts";
import { adoptionRule } from "./adoption.ts";

const turn = { groupId: "busy", state: "running", sandboxGeneration: 3 } as Turn;

async function decide(groupId: string, isOutdated: boolean, locked: readonly string[] | null = null) {
  const rule = adoptionRule({
    turns: { open: () => Promise.resolve([turn, { ...turn, groupId: "older", sandboxGeneration: 2 }]) },
    isVaultLocked: () => Promise.resolve(locked !== null),
    checkSecrets: (id) =>
      locked?.includes(id) === true ? Promise.reject(new PraktorError("vault_locked", "locked")) : Promise.resolve(),
  });
  const why = await rule({ groupId, generation: 3, isOutdated } as SandboxRow);
  return why === null ? "goes on" : "ends";
}

test("one that was given what holds still goes on, and one that was not ends, after its turns", async () => {
  expect(await decide("idle", false)).toBe("goes on");
  expect(await decide("busy", false)).toBe("goes on");
  expect(await decide("idle", true)).toBe("ends");
  expect(await decide("older", true)).toBe("ends");
  expect(await decide("busy", true)).toBe("goes on");
});

test("while the vault is locked none goes on, busy or not, whose secrets nobody could take out of what it says", async () => {
  expect(await decide("idle", false, ["idle"])).toBe("ends");
  expect(await decide("busy", false, ["busy"])).toBe("ends");
  // Its secrets were taken away: what it was given is among the older values.
  expect(await decide("busy", true, [])).toBe("ends");
  expect(await decide("busy", false, ["idle"])).toBe("goes on");
});
