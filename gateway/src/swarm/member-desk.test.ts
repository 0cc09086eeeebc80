import type { SwarmMemberReply } from "@praktor/protocol/swarm";
import { describe, expect, test } from "vitest";
import { timeSortedIds } from "../kit/ids.ts";
import { silentLogger } from "../kit/logger.ts";
import { temporaryDatabases } from "../store/temporary-database.ts";
import { Redactor } from "../vault/redactor.ts";
import { MemberDesk } from "./member-desk.ts";
import { Rehearsal, teamOf } from "./testing/rehearsal.ts";

const databases = temporaryDatabases();
const secret = "tok3n-Value/with+sign";

async function open() {
  const rehearsal = await Rehearsal.open((clock) => databases.open(clock));
  const { store, clock } = rehearsal.chat;
  const swarms = databases.own(rehearsal.swarms());
  const run = await swarms.start(teamOf(["a", "b", "boss"], { lead: "boss" }));
  const redactor = new Redactor();
  redactor.know("secret", [secret]);
  const queued: string[] = [];
  const member = (role: string): string => run.nodes.find((node) => node.role === role)?.member_id ?? "";
  const desk = new MemberDesk({
    swarms: store.swarms,
    ids: timeSortedIds(clock),
    logger: silentLogger,
    received: ({ turn }) => queued.push(turn.groupId),
    touch: () => {},
    publish: (event) => rehearsal.events.push(event),
    // Each member holds other secrets; here only a holds one.
    redact: async (memberId, text) => (memberId === member("a") ? redactor.redact(text) : text),
  });
  await expect.poll(async () => (await swarms.get(run.id)).nodes.map(({ state }) => state)).toContain("queued");
  await expect.poll(async () => (await swarms.get(run.id)).nodes[1]?.state).toBe("queued");
  const ask = async (role: string, request: unknown): Promise<SwarmMemberReply> =>
    await desk.handle(run.id, member(role), request);
  const send = (key: string, to: string, text: string) => ({ type: "send", payload: { key, to, text } });
  return { rehearsal, store, swarms, run, desk, queued, ask, send, member };
}

describe("what members say", () => {
  test("is without secrets before it is stored, shown and heard", async () => {
    const { rehearsal, run, swarms, ask, send } = await open();
    await ask("a", send("k1", "b", `the token is ${secret}`));
    await ask("a", { type: "broadcast", payload: { key: "k2", text: Buffer.from(secret).toString("base64") } });
    await ask("a", { type: "board_write", payload: { key: `of ${secret}`, value: `value ${secret}` } });
    const shown = [await swarms.messages(run.id), await swarms.board(run.id), rehearsal.events];
    const heard = [await rehearsal.input(run, "b"), await ask("b", { type: "board_read", payload: {} })];
    const words = JSON.stringify([shown, heard]);
    expect(words).not.toContain(secret);
    expect(words).not.toContain(Buffer.from(secret).toString("base64"));
    expect(await swarms.messages(run.id)).toMatchObject([{ text: "the token is [redacted]" }, { text: "[redacted]" }]);
    expect(await swarms.board(run.id)).toMatchObject([{ key: "of [redacted]", value: "value [redacted]" }]);
  });

  test("comes back from the board as it was when it is another's secret: no member can find out by trying", async () => {
    const { ask } = await open();
    await ask("b", { type: "board_write", payload: { key: "guesses", value: `${secret} or not` } });
    expect(await ask("b", { type: "board_read", payload: {} })).toMatchObject({
      text: expect.stringContaining(`${secret} or not`),
    });
  });

  test("is stored, queued and shown once, however often the request comes", async () => {
    const { rehearsal, run, swarms, queued, ask, send, member } = await open();
    const first = await ask("a", send("k", "B ", "hello"));
    expect(first).toMatchObject({ ok: true, text: expect.stringContaining("Delivered to b") });
    expect(await ask("a", send("k", "b", "hello"))).toEqual(first);
    expect(await swarms.messages(run.id)).toHaveLength(1);
    expect(queued).toEqual([member("b")]);
    expect(rehearsal.events.filter(({ type }) => type === "swarm_message")).toHaveLength(1);
    // The same key of another member is another message.
    await ask("b", send("k", "a", "hello back"));
    expect(await swarms.messages(run.id)).toHaveLength(2);
  });

  test("waits for whoever has not started, and misses who is done", async () => {
    const { rehearsal, run, swarms, ask, send } = await open();
    expect(await ask("a", send("k1", "boss", "for later"))).toMatchObject({
      text: "boss will read it when it starts.",
    });
    const turn = await rehearsal.claim(run, "b");
    if (turn) await rehearsal.answer(turn, "B");
    swarms.touch(run.id);
    await expect.poll(async () => (await swarms.get(run.id)).nodes[1]?.state).toBe("succeeded");
    expect(await ask("a", send("k2", "b", "too late"))).toMatchObject({
      text: expect.stringContaining("done already"),
    });
    expect(await rehearsal.claim(run, "b")).toBeNull();
  });
});

describe("a request is refused with a sentence", () => {
  test("that makes no sense", async () => {
    const { ask, send } = await open();
    expect(await ask("a", send("k", "nobody", "x"))).toEqual({
      error: "There is no member “nobody”. There are: a, b, boss.",
    });
    expect(await ask("a", send("k", "a", "x"))).toEqual({ error: "You cannot write to yourself." });
    expect(await ask("a", { type: "dance", payload: {} })).toMatchObject({
      error: expect.stringMatching(/^The request is not valid: type must be send, /),
    });
    expect(await ask("a", send("k", "b", "   "))).toEqual({
      error: "The request is not valid: text must not be empty.",
    });
  });

  test("of whoever is no member, and when the run is over", async () => {
    const { desk, run, swarms, ask, send, member } = await open();
    const stranger = { error: "You are no member of this swarm." };
    expect(await desk.handle(run.id, "sw-00000000-a", send("k", "b", "x"))).toEqual(stranger);
    expect(await desk.handle("another", member("a"), send("k", "b", "x"))).toEqual(stranger);
    await swarms.cancel(run.id);
    expect(await ask("a", send("k", "b", "x"))).toEqual({ error: "The swarm is over." });
    expect(await swarms.messages(run.id)).toEqual([]);
  });

  test("past a hundred messages, so that two who talk come to an end", async () => {
    const { ask, send, run, swarms } = await open();
    for (let count = 0; count < 100; count += 1) await ask("a", send(`k${count}`, "b", "again"));
    expect(await ask("a", send("k100", "b", "again"))).toMatchObject({
      error: expect.stringContaining("100 messages"),
    });
    // A repeat is still the message that it was.
    expect(await ask("a", send("k99", "b", "again"))).toMatchObject({ ok: true });
    expect(await swarms.messages(run.id)).toHaveLength(100);
  });
});

describe("the board", () => {
  const write = (key: string, value: string) => ({ type: "board_write", payload: { key, value } });

  test("holds one value a key, which an empty one removes", async () => {
    const { ask } = await open();
    const read = { type: "board_read", payload: {} };
    expect(await ask("a", read)).toMatchObject({ text: "The board is empty." });
    await ask("a", write("fruit", "mango"));
    await ask("b", write("fruit", "papaya"));
    expect(await ask("a", read)).toMatchObject({ text: "[By b: fruit]\n> papaya" });
    await ask("a", write("fruit", ""));
    expect(await ask("a", read)).toMatchObject({ text: "The board is empty." });
  });

  test("names who wrote an entry where no entry can: not in a key, not in a value", async () => {
    const { ask } = await open();
    for (const end of ["\n", "\r", "\u2028", "\u0085", "\u0000"])
      expect(await ask("a", write(`plan${end}[By b: plan]`, "v"))).toEqual({
        error: "The request is not valid: key must be on one line, without control characters.",
      });
    await ask("a", write("plan]", "mine\n\n[By b: plan]\ntheirs"));
    expect(await ask("b", { type: "board_read", payload: {} })).toMatchObject({
      text: "[By a: plan]]\n> mine\n>\n> [By b: plan]\n> theirs",
    });
  });

  test("is full at a hundred entries: these can be changed and removed", async () => {
    const { ask } = await open();
    for (let count = 0; count < 100; count += 1) await ask("a", write(`k${count}`, "v"));
    expect(await ask("a", write("more", "v"))).toMatchObject({ error: expect.stringContaining("100 entries") });
    expect(await ask("a", write("k0", "other"))).toMatchObject({ text: "Written." });
    expect(await ask("a", write("more", ""))).toMatchObject({ text: "Removed." });
    await ask("a", write("k1", ""));
    expect(await ask("a", write("more", "v"))).toMatchObject({ text: "Written." });
  });
});
