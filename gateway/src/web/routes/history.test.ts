import { MessageView } from "@praktor/protocol/rest";
import { TurnSteps } from "@praktor/protocol/turn-steps";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { resultOf, toolOf } from "../../store/contract-fixture.ts";
import type { Conversation, Turn } from "../../store/rows.ts";
import { Harness } from "../testing/harness.ts";

let harness: Harness;
let chat: Conversation;
beforeAll(async () => {
  harness = await Harness.start();
  await harness.store.groups.create({ id: "7", name: "Ada", folder: "ada" });
  const address = { channel: "telegram", chatId: "7" } as const;
  chat = await harness.store.conversations.ensure({ groupId: "7", kind: "chat", address, title: "Ada" });
});
afterAll(() => harness[Symbol.asyncDispose]());

async function history(): Promise<MessageView[]> {
  return z.array(MessageView).parse((await harness.send({ path: "/api/groups/7/messages" })).json);
}
async function begin(content: string, metadata: Record<string, unknown> = {}): Promise<Turn> {
  const { store, clock } = harness;
  await store.inbox.submit({ conversationId: chat.id, sender: "user:7", content, metadata });
  const turn = await store.turns.claim({ conversationId: chat.id, epoch: 1, deadlineAt: clock.now() + 1_000_000 });
  if (!turn) throw new Error("there was no turn to claim");
  return turn;
}

describe("a finished turn", () => {
  test("shows its steps: counted in the history, whole on demand", async () => {
    const turn = await begin("look");
    const bash = { ...toolOf(turn, 1), input: '{"command":"ls"}' };
    await harness.store.turns.record("7", bash);
    await harness.store.turns.record("7", {
      ...toolOf(turn, 2),
      toolUseId: "use-1",
      phase: "finished",
      output: "notes.md",
      durationMs: 40,
    });
    await harness.store.turns.record("7", { ...toolOf(turn, 3), toolUseId: "cut" });
    expect((await history()).at(-1)?.work, "nothing is counted while it runs").toBeNull();
    harness.clock.advance(12_000);
    await harness.store.turns.succeed("7", resultOf(turn), []);

    const [asked, answer] = (await history()).slice(-2);
    expect(asked).toMatchObject({ role: "user", work: null });
    expect(answer).toMatchObject({ role: "assistant", work: { steps: 2, duration_ms: 12_000 } });
    const shown = await harness.send({ path: `/api/turns/${turn.id}/events` });
    expect(TurnSteps.parse(shown.json).steps).toEqual([
      {
        id: "use-1",
        name: "Bash",
        input: '{"command":"ls"}',
        output: "notes.md",
        is_error: false,
        duration_ms: 40,
        done: true,
      },
      { id: "cut", name: "Bash", input: null, output: null, is_error: false, duration_ms: null, done: false },
    ]);
  });

  test("that never was has none", async () => {
    expect((await harness.send({ path: "/api/turns/nobody/events" })).status).toBe(404);
  });
});

test("people have the name that they wrote under, or that of their private chat", async () => {
  await begin("one", { senderName: "Ada L." });
  await harness.store.inbox.submit({ conversationId: chat.id, sender: "user:7", content: "two" });
  await harness.store.inbox.submit({ conversationId: chat.id, sender: "user:8", content: "three" });
  expect((await history()).slice(-3).map((message) => message.sender_name)).toEqual(["Ada L.", "Ada", null]);
});
