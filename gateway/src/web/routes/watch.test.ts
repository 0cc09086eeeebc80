import { afterAll, beforeAll, expect, test } from "vitest";
import { Harness } from "../testing/harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.startAtHome();
});
afterAll(() => harness[Symbol.asyncDispose]());

test("a look at a sandbox streams its frames until it ends", async () => {
  await harness.send({ method: "POST", path: "/api/agents/home/start", body: {} });
  harness.state.look = async (onFrame) => {
    onFrame({ type: "log", text: "ready\n" });
    onFrame({ type: "end" });
  };
  const answer = await fetch(`${harness.server.url}/api/agents/home/watch`);
  expect(answer.headers.get("content-type")).toContain("text/event-stream");
  expect(await answer.text()).toBe('data: {"type":"log","text":"ready\\n"}\n\ndata: {"type":"end"}\n\n');
});

test("a reader that leaves ends the look", async () => {
  await harness.send({ method: "POST", path: "/api/agents/home/start", body: {} });
  const ended = Promise.withResolvers<string>();
  harness.state.look = (onFrame, signal) =>
    new Promise((_, reject) => {
      onFrame({ type: "log", text: "ready" });
      signal.addEventListener("abort", () => {
        ended.resolve("ended");
        reject(signal.reason);
      });
    });
  const leave = new AbortController();
  const answer = await fetch(`${harness.server.url}/api/agents/home/watch`, { signal: leave.signal });
  await answer.body?.getReader().read();
  leave.abort();
  expect(await ended.promise).toBe("ended");
});

test("there is nothing to look at where no sandbox runs", async () => {
  harness.state.agents = [];
  expect((await harness.send({ path: "/api/agents/home/watch" })).status).toBe(404);
});

test("a new session is begun in a group's own conversations only", async () => {
  const page = await harness.store.conversations.ensure({
    groupId: "home",
    kind: "page",
    address: { channel: "web" },
    title: "Page",
  });
  await harness.store.conversations.setSession(page.id, "old");
  const path = (group: string, id: string): string => `/api/groups/${group}/conversations/${id}/new-session`;
  expect((await harness.send({ method: "POST", path: path("other", page.id), body: {} })).status).toBe(404);
  expect((await harness.store.conversations.get(page.id))?.sessionId).toBe("old");
  expect((await harness.send({ method: "POST", path: path("home", page.id), body: {} })).status).toBe(200);
  expect((await harness.store.conversations.get(page.id))?.sessionId).toBeNull();
});
