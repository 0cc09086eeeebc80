/** Random commands against the store and against its model. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { addChat, TestClock } from "./contract-fixture.ts";
import { CHATS, commands, type Model, type Real } from "./store-model.ts";
import { temporaryDatabases } from "./temporary-database.ts";

const isLong = process.env["PRAKTOR_LONG"] === "1";
const databases = temporaryDatabases();

it(
  "behaves like its model, whatever is asked of it in whatever order",
  async () => {
    const property = fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: "max" }), async (run) => {
      await fc.asyncModelRun(setUp, run);
    });
    await expect(fc.assert(property, { numRuns: isLong ? 200 : 20 })).resolves.toBeUndefined();
  },
  isLong ? 600_000 : 30_000,
);

async function setUp(): Promise<{ model: Model; real: Real }> {
  const clock = new TestClock();
  const store = await databases.open(clock);
  const real: Real = { store, chats: [] };
  for (let chat = 1; chat <= CHATS; chat++) {
    const { groupId, conversation, chatKey } = await addChat(store, String(chat));
    real.chats.push({ groupId, conversationId: conversation.id, chatKey });
  }
  const parts = Array.from({ length: CHATS }, () => []);
  return { model: { clock, turns: [], parts, holds: [], updates: new Set(), answers: 0 }, real };
}
