/** What the store promises about swarms. */
import { describe, expect, it } from "vitest";
import { claim, openChat, resultOf, textPart, type Chat, type MakeStore } from "./contract-fixture.ts";
import type { Turn } from "./rows.ts";
import type { NewSwarm, SwarmNode } from "./contract/swarm-store.ts";

export function newSwarmOf(chat: Chat, id: string, roles: readonly string[]): NewSwarm {
  return {
    id,
    groupId: chat.groupId,
    conversationId: chat.conversation.id,
    name: "Team",
    task: "t",
    agents: roles.map((role) => ({ role, prompt: "" })),
    edges: [],
    lead: roles.at(-1) ?? "",
    limits: { node_ms: 1_000, run_ms: 2_000, tokens: null, cost_usd: null },
    nodes: roles.map((role) => ({
      role,
      memberId: `sw-${id}-${role}`,
      prompt: `be ${role}`,
      groupFolder: null,
      filesOf: null,
      model: null,
    })),
  };
}

async function open(make: MakeStore, roles: readonly string[] = ["a", "b", "boss"]): Promise<Chat> {
  const chat = await openChat(make);
  expect(await chat.store.swarms.create(newSwarmOf(chat, "one", roles))).toMatchObject({
    id: "one",
    status: "running",
  });
  return chat;
}

async function nodeOf({ store }: Chat, role: string): Promise<SwarmNode> {
  const node = (await store.swarms.nodes("one")).find((one) => one.role === role);
  if (!node) throw new Error(`there is no ${role}`);
  return node;
}

async function begin({ store }: Chat, role: string): Promise<void> {
  const begun = { runId: "one", role, turnId: `turn-${role}`, prompt: `Work, ${role}.`, title: role };
  expect(await store.swarms.begin(begun)).not.toBeNull();
}

async function claimOf(chat: Chat, role: string): Promise<Turn> {
  const { conversationId } = await nodeOf(chat, role);
  const conversation = await chat.store.conversations.get(conversationId ?? "");
  if (!conversation) throw new Error(`${role} has not begun`);
  return await claim({ ...chat, conversation });
}

async function work(chat: Chat, role: string, content: string): Promise<void> {
  const turn = await claimOf(chat, role);
  await chat.store.turns.succeed(turn.groupId, resultOf(turn, { content }), []);
}

function say(chat: Chat, key: string, to: string | null, sender = "a", most = 100) {
  let made = 0;
  const turnIds = (): string => `${sender}-${key}-${(made += 1)}`;
  return chat.store.swarms.say({ runId: "one", sender, to, content: `words ${key}`, key, turnIds, most });
}

async function inputs(chat: Chat, role: string): Promise<string[]> {
  const { memberId } = await nodeOf(chat, role);
  const page = await chat.store.messages.page({ groupId: memberId, limit: 50 });
  return page.filter((message) => message.role === "user").map(({ content }) => content);
}

export function swarmsContract(make: MakeStore): void {
  describe("runs of swarms", () => {
    it("come with hidden groups of their members, or not at all", async () => {
      const chat = await open(make);
      const members = (await chat.store.groups.all()).filter(({ kind }) => kind === "member");
      expect(members.map(({ id, parentId, swarmId }) => [id, parentId, swarmId])).toEqual([
        ["sw-one-a", chat.groupId, "one"],
        ["sw-one-b", chat.groupId, "one"],
        ["sw-one-boss", chat.groupId, "one"],
      ]);
      expect((await chat.store.groups.list()).map(({ id }) => id)).toEqual([chat.groupId]);
      const taken = { ...newSwarmOf(chat, "two", ["x"]), nodes: newSwarmOf(chat, "one", ["a"]).nodes };
      expect(await chat.store.swarms.create(taken)).toBeNull();
      expect(await chat.store.swarms.get("two")).toBeNull();
      expect((await chat.store.swarms.list(5)).map(({ id }) => id)).toEqual(["one"]);
      expect((await chat.store.swarms.running()).map(({ id }) => id)).toEqual(["one"]);
    });

    it("end once: the rest is cancelled, the answer said, and nothing begins any more", async () => {
      const chat = await open(make);
      await begin(chat, "a");
      const end = { runId: "one", status: "cancelled", error: "e", answer: null } as const;
      const say1 = { role: "notice", content: "over", parts: [textPart("over")] } as const;
      const ended = await chat.store.swarms.finish({ ...end, say: say1 });
      expect(ended).toMatchObject({ run: { status: "cancelled", error: "e" }, message: { content: "over" } });
      expect(ended?.nodes.map(({ state }) => state)).toEqual(["cancelled", "cancelled", "cancelled"]);
      expect(await chat.store.swarms.finish({ ...end, status: "succeeded", answer: "x", say: say1 })).toBeNull();
      const late = { runId: "one", role: "b", turnId: "late", prompt: "p", title: "t" };
      expect(await chat.store.swarms.begin(late)).toBeNull();
      expect(await chat.store.swarms.setState("one", "a", "idle", "late")).toBeNull();
      expect(await chat.store.swarms.failNode("one", "a", "late")).toBeNull();
      expect(await say(chat, "k", null)).toBeNull();
      const entry = { runId: "one", author: "a", key: "k", value: "v", most: 5, mostBytes: 9 };
      expect(await chat.store.swarms.writeBoard(entry)).toBeNull();
      expect(await chat.store.swarms.progress("one", "still at it", null)).toBeNull();
      expect(await chat.store.swarms.running()).toEqual([]);
      const said = await chat.store.messages.page({ groupId: chat.groupId, limit: 9 });
      expect(said.map(({ content }) => content)).toEqual(["over"]);
    });

    it("are removed only when they are over, with all that was said", async () => {
      const chat = await open(make);
      await say(chat, "k", "b");
      expect(await chat.store.swarms.remove("one")).toBe(false);
      await chat.store.swarms.finish({ runId: "one", status: "failed", error: "e", answer: null, say: null });
      expect(await chat.store.swarms.remove("one")).toBe(true);
      expect(await chat.store.swarms.remove("one")).toBe(false);
      expect(await chat.store.swarms.messages("one")).toEqual([]);
      expect(await chat.store.swarms.nodes("one")).toEqual([]);
    });

    it("tell in one message how far they are", async () => {
      const chat = await open(make);
      const first = await chat.store.swarms.progress("one", "0 of 3", textPart("0 of 3"));
      const second = await chat.store.swarms.progress("one", "1 of 3", textPart("1 of 3"));
      expect(second?.id).toBe(first?.id);
      const part = await chat.store.outbox.take(chat.chatKey);
      expect(part?.body).toMatchObject({ plain: "1 of 3" });
      await chat.store.outbox.sent(part?.id ?? 0, "77");
      await chat.store.swarms.progress("one", "2 of 3", textPart("2 of 3"));
      await chat.store.swarms.progress("one", "3 of 3", textPart("3 of 3"));
      const edit = await chat.store.outbox.take(chat.chatKey);
      expect(edit).toMatchObject({ editOf: "77", body: { plain: "3 of 3" } });
      await chat.store.outbox.sent(edit?.id ?? 0, "77");
      expect(await chat.store.outbox.take(chat.chatKey)).toBeNull();
    });
  });

  describe("members of a swarm", () => {
    it("begin once, in a conversation of their own", async () => {
      const chat = await open(make);
      await begin(chat, "a");
      const again = { runId: "one", role: "a", turnId: "again", prompt: "p", title: "t" };
      expect(await chat.store.swarms.begin(again)).toBeNull();
      expect(await nodeOf(chat, "a")).toMatchObject({ state: "queued", turnId: "turn-a", turns: 1 });
      expect(await inputs(chat, "a")).toEqual(["Work, a."]);
      expect(await chat.store.turns.open("sw-one-a")).toHaveLength(1);
    });

    it("stand as their turns do", async () => {
      const chat = await open(make);
      expect(await chat.store.swarms.work("one")).toEqual([]);
      await begin(chat, "a");
      const of = { role: "a", error: null };
      expect(await chat.store.swarms.work("one")).toEqual([{ ...of, open: true, running: false, answer: null }]);
      const turn = await claimOf(chat, "a");
      expect(await chat.store.swarms.work("one")).toEqual([{ ...of, open: true, running: true, answer: null }]);
      expect(await chat.store.swarms.setState("one", "a", "running", null)).toMatchObject({ state: "running" });
      expect(await chat.store.swarms.setState("one", "a", "running", null)).toBeNull();
      const { startedAt } = await nodeOf(chat, "a");
      chat.clock.advance(5);
      await chat.store.turns.succeed(turn.groupId, resultOf(turn, { content: "A" }), []);
      expect(await chat.store.swarms.work("one")).toEqual([{ ...of, open: false, running: false, answer: "A" }]);
      expect(await chat.store.swarms.setState("one", "a", "idle", "A")).toMatchObject({ result: "A", startedAt });
    });

    it("are done once, with the result that is theirs then", async () => {
      const chat = await open(make);
      await begin(chat, "a");
      expect(await chat.store.swarms.settle("one", ["a"])).toBeNull();
      await work(chat, "a", "A");
      expect(await chat.store.swarms.settle("one", ["a"])).toMatchObject([{ state: "succeeded", result: "A" }]);
      chat.clock.advance(5);
      const done = await nodeOf(chat, "a");
      expect(await chat.store.swarms.settle("one", ["a"])).toBeNull();
      expect(await chat.store.swarms.setState("one", "a", "idle", "other")).toBeNull();
      expect(await chat.store.swarms.failNode("one", "a", "late")).toBeNull();
      expect(await nodeOf(chat, "a")).toEqual(done);
    });

    it("who talk are done together: not while one of them has something left to read", async () => {
      const chat = await open(make);
      await begin(chat, "a");
      await begin(chat, "b");
      await work(chat, "b", "B");
      await say(chat, "k", "b");
      await work(chat, "a", "A");
      expect(await chat.store.swarms.settle("one", ["a", "b"])).toBeNull();
      expect((await nodeOf(chat, "a")).finishedAt).toBeNull();
      await work(chat, "b", "B again");
      expect(await chat.store.swarms.settle("one", ["a", "b"])).toMatchObject([{ result: "A" }, { result: "B again" }]);
    });

    it("without an answer have failed, with the reason of their last turn", async () => {
      const chat = await open(make);
      await begin(chat, "a");
      const turn = await claimOf(chat, "a");
      const end = { turnId: turn.id, state: "failed", code: "lost", error: "gone", explanation: "x" } as const;
      await chat.store.turns.end({ ...end, parts: [] });
      expect(await chat.store.swarms.settle("one", ["a"])).toMatchObject([{ state: "failed", error: "gone" }]);
    });
  });

  describe("messages between members", () => {
    it("are stored and queued once, by their key", async () => {
      const chat = await open(make);
      await begin(chat, "b");
      const first = await say(chat, "k", "b");
      if (first === null || first === "too_many") throw new Error("it was not stored");
      expect(first).toMatchObject({ repeated: false, message: { deliveries: [{ to: "b", state: "delivered" }] } });
      expect(first.received).toHaveLength(1);
      expect(await say(chat, "k", "b")).toEqual({ message: first.message, received: [], repeated: true });
      expect(await chat.store.swarms.messages("one")).toEqual([first.message]);
      expect(await inputs(chat, "b")).toEqual(["Work, b.", "[From a to you]\n> words k"]);
    });

    it("wake whoever has ended its turn", async () => {
      const chat = await open(make);
      await begin(chat, "b");
      await work(chat, "b", "B");
      await chat.store.swarms.setState("one", "b", "idle", "B");
      await say(chat, "k", "b");
      expect(await nodeOf(chat, "b")).toMatchObject({ state: "queued", turns: 2 });
      expect(await chat.store.turns.open("sw-one-b")).toHaveLength(1);
    });

    it("wait for whoever has not begun, and are read once, with the first input", async () => {
      const chat = await open(make);
      expect(await say(chat, "k1", "b")).toMatchObject({
        received: [],
        message: { deliveries: [{ state: "waiting" }] },
      });
      await say(chat, "k2", null);
      await begin(chat, "b");
      expect(await inputs(chat, "b")).toEqual([
        "Work, b.\n\n[From a to you]\n> words k1\n\n[From a to all members]\n> words k2",
      ]);
      const [one, two] = await chat.store.swarms.messages("one");
      expect(one?.deliveries).toEqual([{ to: "b", state: "delivered" }]);
      expect(two?.deliveries.toSorted((left, right) => (left.to < right.to ? -1 : 1))).toEqual([
        { to: "b", state: "delivered" },
        { to: "boss", state: "waiting" },
      ]);
    });

    it("miss whoever is done, and come from members alone, and not without end", async () => {
      const chat = await open(make);
      await chat.store.swarms.failNode("one", "b", "e");
      expect(await say(chat, "k1", "b")).toMatchObject({
        received: [],
        message: { deliveries: [{ state: "missed" }] },
      });
      expect(await say(chat, "k2", "b", "stranger")).toBeNull();
      expect(await say(chat, "k3", "b", "a", 1)).toBe("too_many");
      expect(await say(chat, "k1", "b", "a", 1)).toMatchObject({ repeated: true });
      expect(await chat.store.swarms.messages("one")).toHaveLength(1);
    });

    it("are read on from where one was", async () => {
      const chat = await open(make);
      for (const key of ["1", "2", "3"]) await say(chat, key, "b");
      const [first] = await chat.store.swarms.messages("one", { limit: 1 });
      const rest = await chat.store.swarms.messages("one", { after: first?.id ?? 0 });
      expect([first, ...rest].map((message) => message?.content)).toEqual(["words 1", "words 2", "words 3"]);
    });
  });

  describe("the board of a swarm", () => {
    it("holds one value a key, as many as it may, and can always be emptied", async () => {
      const chat = await open(make);
      const write = (key: string, value: string, author = "a") =>
        chat.store.swarms.writeBoard({ runId: "one", author, key, value, most: 2, mostBytes: 9 });
      await write("x", "1");
      await write("x", "2", "b");
      await write("y", "1");
      expect(await write("z", "1")).toBe("full");
      expect(await write("x", "more than nine bytes")).toBe("full");
      expect(await chat.store.swarms.board("one")).toMatchObject([
        { key: "x", value: "2", author: "b" },
        { key: "y", value: "1", author: "a" },
      ]);
      expect(await write("z", "")).toMatchObject({ key: "z", value: "" });
      await write("x", "");
      expect(await write("z", "1")).toMatchObject({ key: "z", value: "1" });
    });
  });
}
