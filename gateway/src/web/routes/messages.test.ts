/** Messages over the API: accepted once, read back page by page. */
import { ConversationView, GroupView, MessageAccepted, MessageView } from "@praktor/protocol/rest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { Harness, recordingLogger } from "../testing/harness.ts";
import { type Answer, failure, type Sent } from "../testing/send.ts";

const { logger, errors } = recordingLogger();
let harness: Harness;

beforeAll(async () => {
  harness = await Harness.startAtHome({ logger, maxFileBytes: 3 * 1024 * 1024 });
});
afterAll(() => harness[Symbol.asyncDispose]());

const send = (sent: Sent): Promise<Answer> => harness.send(sent);

describe("messages", () => {
  test("are accepted, and read back page by page, oldest first", async () => {
    const ids: number[] = [];
    for (const text of ["one", "two", "three"]) {
      const answer = await send({ method: "POST", path: "/api/groups/home/messages", body: { text } });
      expect(answer.status).toBe(202);
      ids.push(MessageAccepted.parse(answer.json).message_id);
    }
    const newest = z.array(MessageView).parse((await send({ path: "/api/groups/home/messages?limit=2" })).json);
    expect(newest.map(({ text }) => text)).toEqual(["two", "three"]);
    expect(newest[0]).toMatchObject({ role: "user", sender: "user:web", delivery: null });
    const older = await send({ path: `/api/groups/home/messages?limit=2&before=${ids[1]}` });
    expect(
      z
        .array(MessageView)
        .parse(older.json)
        .map(({ text }) => text),
    ).toEqual(["one"]);

    const conversations = z
      .array(ConversationView)
      .parse((await send({ path: "/api/groups/home/conversations" })).json);
    expect(conversations).toMatchObject([{ group_id: "home", kind: "page", channel: "web" }]);
    const only = await send({ path: `/api/groups/home/messages?conversation_id=${conversations[0]?.id}` });
    expect(z.array(MessageView).parse(only.json)).toHaveLength(3);
    const group = GroupView.parse((await send({ path: "/api/groups/home" })).json);
    const now = new Date(harness.clock.now()).toISOString();
    const last = { role: "user", sender: "user:web", sender_name: null, text: "three", time: now };
    expect(group).toMatchObject({ message_count: 3, last_active: now, last_message: last });
  });

  test("the group's last words are one line's worth, and no secret is cut to what nobody knows as one", async () => {
    const secret = "the-secret-value";
    const redact = (text: string): string => text.replaceAll(secret, "[secret]");
    await using other = await Harness.start({ redactor: { redact, redactDeep: (value) => value } });
    await other.send({ method: "POST", path: "/api/groups", body: { id: "g", name: "G", folder: "g" } });
    const shown = async () => GroupView.parse((await other.send({ path: "/api/groups/g" })).json).last_message;
    expect(await shown()).toBeNull();
    const text = `${"x".repeat(490)}${secret}${"y".repeat(500)}`;
    await other.send({ method: "POST", path: "/api/groups/g/messages", body: { text } });
    expect((await shown())?.text).toBe(`${"x".repeat(490)}[secret]yy`);
  });

  test("that ask people say how that stands", async () => {
    await send({ method: "POST", path: "/api/groups", body: { id: "asked", name: "Asked", folder: "asked" } });
    const { store } = harness;
    const { id: conversationId } = await store.conversations.ensure({
      groupId: "asked",
      kind: "page",
      address: { channel: "web" },
      title: "Page",
    });
    const { approval } = await store.approvals.ask({
      groupId: "asked",
      conversationId,
      turnId: null,
      key: "k",
      question: "May I?",
      choices: [{ id: "allow", label: "Allow" }],
      expiresAt: harness.clock.now() + 60_000,
      parts: () => [],
    });
    await store.messages.notice({ conversationId, content: "words", parts: [] });
    const shown = async (): Promise<MessageView[]> =>
      z.array(MessageView).parse((await send({ path: "/api/groups/asked/messages" })).json);
    const choices = [{ id: "allow", label: "Allow" }];
    expect(await shown()).toMatchObject([
      { text: "May I?", approval: { id: approval.id, message_id: approval.messageId, state: "open", choices } },
      { text: "words" },
    ]);
    expect((await shown())[1]).not.toHaveProperty("approval");
    await store.approvals.settle(approval.id, { state: "expired", choice: null, by: null, body: null });
    expect((await shown())[0]?.approval).toMatchObject({ state: "expired", settled: expect.any(String) });
  });

  test("may be files alone, but not nothing, and no file from elsewhere", async () => {
    const post = async (body: object): Promise<number> =>
      (await send({ method: "POST", path: "/api/groups/home/messages", body })).status;
    expect(await post({ text: " ", files: ["uploads/a.txt"] })).toBe(202);
    expect(await post({ text: " " })).toBe(400);
    expect(await post({ text: "", files: [] })).toBe(400);
    for (const path of ["../secret", "/etc/passwd", ""]) expect(await post({ text: "x", files: [path] })).toBe(400);
  });

  test("a repeated Idempotency-Key gives the first answer again, but only within its group", async () => {
    await send({ method: "POST", path: "/api/groups", body: { id: "other", name: "Other", folder: "other" } });
    const post = (group: string): Promise<Answer> =>
      send({
        method: "POST",
        path: `/api/groups/${group}/messages`,
        headers: { "idempotency-key": "k-1" },
        body: { text: "once" },
      });
    const first = MessageAccepted.parse((await post("home")).json);
    expect((await post("home")).json).toEqual(first);
    expect(MessageAccepted.parse((await post("other")).json).message_id).not.toBe(first.message_id);
    expect(z.array(MessageView).parse((await send({ path: "/api/groups/other/messages" })).json)).toHaveLength(1);
  });

  test("the conversation must be one of the group", async () => {
    const body = { text: "x", conversation_id: "nowhere" };
    expect(failure(await send({ method: "POST", path: "/api/groups/home/messages", body }))).toMatch(
      /^404 .*"nowhere"/,
    );
    const page = await harness.store.conversations.ensure({
      groupId: "other",
      kind: "page",
      address: { channel: "web" },
      title: "Page",
    });
    const foreign = { text: "x", conversation_id: page.id };
    expect(failure(await send({ method: "POST", path: "/api/groups/home/messages", body: foreign }))).toMatch(/^404/);
  });

  test.each([
    ["empty text", { text: " \n " }, /: text must not be empty\./],
    ["too long a text", { text: "x".repeat(200_001) }, /: text must be 200,000 characters at most/],
    ["no text", {}, /: text is missing\./],
    ["null", null, /content type|body/],
  ])("%s is refused", async (_, body, message) => {
    const answer = await send({
      method: "POST",
      path: "/api/groups/home/messages",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(400);
    expect(failure(answer)).toMatch(message);
  });

  test.each(["limit=0", "limit=1e9", "limit=x", "before=-1", "before=1.5", "limit=1&limit=2", "conversation_id=a.b"])(
    "the query %s is refused by name",
    async (query) => {
      const answer = await send({ path: `/api/groups/home/messages?${query}` });
      expect(failure(answer)).toMatch(new RegExp(`^400 .*query is not valid: ${query.split("=")[0]}`));
    },
  );

  test("a key that is none is refused", async () => {
    const answer = await send({
      method: "POST",
      path: "/api/groups/home/messages",
      headers: { "idempotency-key": "x".repeat(201) },
      body: { text: "x" },
    });
    expect(failure(answer)).toMatch(/^400 .*idempotency-key/);
  });
});

describe("all of this", () => {
  test("nothing above was logged as an error of ours", () => {
    expect(errors).toEqual([]);
  });
});
