import { expect, test } from "vitest";
import type { Turn } from "../store/rows.ts";
import { takeOverTurns } from "./take-over.ts";

const turn = (id: string, change: Partial<Turn>): Turn =>
  ({ id, groupId: "a", state: "running", sandboxGeneration: null, acceptedAt: null, ...change }) as Turn;

test("turns whose sandbox still runs go on, the others are tried again or were never given away", async () => {
  const did: string[] = [];
  const note = (what: string) => (one: Turn) => Promise.resolve(void did.push(`${what} ${one.id}`));
  const taken = await takeOverTurns({
    turns: {
      open: () =>
        Promise.resolve([
          turn("queued", { state: "queued" }),
          turn("works", { sandboxGeneration: 3, acceptedAt: 1 }),
          turn("perhaps", { sandboxGeneration: 3 }),
          turn("older", { sandboxGeneration: 2, acceptedAt: 1 }),
          turn("unsent", { sandboxGeneration: 2 }),
          turn("claimed", {}),
          turn("other", { groupId: "b", sandboxGeneration: 3, acceptedAt: 1 }),
        ]),
    },
    sandboxes: [{ groupId: "a", sandboxId: "s", generation: 3, status: "starting", startedAt: 0 }],
    adopt: note("adopt"),
    retry: note("retry"),
    putBack: note("put back"),
  });
  expect(did).toEqual([
    "adopt works",
    "adopt perhaps",
    "retry older",
    "put back unsent",
    "put back claimed",
    "retry other",
  ]);
  expect(taken).toEqual({ adopted: 2, again: 4 });
});
