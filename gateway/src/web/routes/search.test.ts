import { MessageView } from "@praktor/protocol/rest";
import { SearchView } from "@praktor/protocol/search";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { Harness } from "../testing/harness.ts";

let harness: Harness;
beforeAll(async () => {
  const redact = (text: string): string => text.replaceAll("ghp_0123456789abcdef", "[redacted]");
  harness = await Harness.start({
    redactor: { redact, redactDeep: (value) => JSON.parse(redact(JSON.stringify(value))) },
  });
  for (const id of ["home", "work"]) {
    await harness.store.groups.create({ id, name: id, folder: id });
    const page = { groupId: id, kind: "page", address: { channel: "web" }, title: "Page" } as const;
    const { id: conversationId } = await harness.store.conversations.ensure(page);
    for (const content of [`The café in ${id} opens`, "Nothing to see AND nothing to hear"]) {
      await harness.store.inbox.submit({ conversationId, sender: "user:web", content });
    }
  }
});
afterAll(() => harness[Symbol.asyncDispose]());

const search = async (query: Record<string, string>): Promise<SearchView["hits"]> => {
  const answer = await harness.send({ path: `/api/search?${new URLSearchParams(query).toString()}` });
  expect(answer.status).toBe(200);
  return SearchView.parse(answer.json).hits;
};

test("words are found by their beginnings, without regard to case and accents, newest first", async () => {
  const hits = await search({ q: "CAFE open" });
  expect(hits.map((hit) => hit.group_id)).toEqual(["work", "home"]);
  expect(hits[0]?.snippet).toEqual([
    { text: "The ", hit: false },
    { text: "café", hit: true },
    { text: " in work ", hit: false },
    { text: "opens", hit: true },
  ]);
});

test("of a message with a secret the beginning is shown, cleaned: a piece of it would not be known as one", async () => {
  const page = { groupId: "home", kind: "page", address: { channel: "web" }, title: "Page" } as const;
  const { id } = await harness.store.conversations.ensure(page);
  await harness.store.inbox.submit({ conversationId: id, sender: "user:web", content: "Use ghp_0123456789abcdef now" });
  expect((await search({ q: "ghp" }))[0]?.snippet).toEqual([{ text: "Use [redacted] now", hit: false }]);
});

test("one group alone is searched when it is named", async () => {
  expect((await search({ q: "café", group_id: "home" })).map((hit) => hit.group_id)).toEqual(["home"]);
  expect((await harness.send({ path: "/api/search?q=x&group_id=nobody" })).status).toBe(404);
});

test.each(["", "   ", '"', "*", "(", "a AND (", "NEAR/", "content:x", "-", "😀"])("%j breaks nothing", async (q) => {
  expect(Array.isArray(await search({ q }))).toBe(true);
});

test("the operators of the index are plain words", async () => {
  expect(await search({ q: "nothing AND hear" })).toHaveLength(2);
  expect(await search({ q: "nothing OR elephant" })).toHaveLength(0);
});

test("the page after a message goes on from it", async () => {
  const page = async (query: string): Promise<number[]> =>
    z
      .array(MessageView)
      .parse((await harness.send({ path: `/api/groups/home/messages?${query}` })).json)
      .map(({ id }) => id);
  const all = await page("");
  expect(await page(`after=${all[0]}`)).toEqual(all.slice(1));
  expect(await page("after=0&limit=1")).toEqual(all.slice(0, 1));
});
