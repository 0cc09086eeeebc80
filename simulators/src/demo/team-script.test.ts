import { expect, test } from "vitest";
import { readConversation } from "../messages/conversation.ts";
import { type Content, messageRequest } from "../messages/message-request.ts";
import type { Reply } from "../messages/script.ts";
import { keyPhrases } from "./key-phrases.ts";
import { teamScript } from "./team-script.ts";
import { team } from "./team.ts";

const tools = ["mcp__praktor-swarm__swarm_send", "mcp__praktor-swarm__swarm_board_write"].map((name) => ({ name }));

const reply = async (...messages: { role: "user" | "assistant"; content: Content }[]): Promise<Reply> => {
  const request = messageRequest.parse({ model: "m", messages, tools });
  return await teamScript({ request, conversation: readConversation(request), headers: {} });
};
const hears = (content: Content) => ({ role: "user" as const, content });
const says = (content: Content) => ({ role: "assistant" as const, content });
const calls = (id: string) => [
  says([{ type: "tool_use", id, name: "mcp__praktor-swarm__swarm_send", input: {} }]),
  hears([{ type: "tool_result", tool_use_id: id, content: "Delivered." }]),
];

const begins = (role: string, task: string, ...more: string[]): string =>
  [
    `You are “${role}”, one of 3 members of a swarm in Praktor: agents with separate sandboxes who solve one task together.`,
    `## The task of the swarm\n\n${task}`,
    "## The members\n\n- scout (you; at work)\n- writer (you talk with it while you work; at work)",
    ...more,
  ].join("\n\n");

test("the demo's members say what they say when they hear it, with the swarm's tools first", async () => {
  const start = hears(begins("critic", team.task));
  expect(await reply(start)).toMatchObject({ text: "I read as soon as there is a draft." });
  const draft = [start, says("I read as soon as there is a draft."), hears("[From writer to you]\n> Draft 1: …")];
  expect(await reply(...draft)).toMatchObject({
    tools: [{ name: "mcp__praktor-swarm__swarm_send", input: { to: "writer" } }],
  });
  expect(await reply(...draft, ...calls("1"))).toMatchObject({ text: "The writer has my remarks." });
});

test("a team that the demo does not know talks too, once, and its lead puts together what it was given", async () => {
  const start = hears(begins("scout", "How do bees find home?"));
  expect(await reply(start)).toMatchObject({ tools: [{ input: { to: "writer" } }] });
  const board = await reply(start, ...calls("1"));
  expect(board).toMatchObject({ tools: [{ name: "mcp__praktor-swarm__swarm_board_write" }] });
  const woken = await reply(start, says("Done."), hears("[From writer to you]\n> What do you see?"));
  expect(woken).toMatchObject({ text: expect.stringContaining("what writer wrote") });
  expect(woken).toMatchObject({
    text: expect.stringMatching(/On “bees” the whole answer stands[\s\S]*\*\(simulated\)\*$/),
  });
  const early = await reply(start, hears("[From writer to you]\n> What do you see?"));
  expect(early).toMatchObject({ tools: [{ input: { to: "writer" } }] });
  const lead = begins(
    "lead",
    "How do bees find home?",
    "## Rules\n\n- You are the lead: your last words are the answer.",
    "## The result of scout\n\n> By the sun.",
  );
  expect(await reply(hears(lead))).toMatchObject({
    text: expect.stringMatching(
      /^# How do bees find home\?[\s\S]*“bees” carries the answer[\s\S]*\*\*scout\*\*: By the sun\.[\s\S]*simulated model wrote this/,
    ),
  });
});

test("whoever is no member, or is told what to do, is answered by the default script", async () => {
  expect(await reply(hears("echo hello"))).toMatchObject({ text: "hello" });
  expect(await reply(hears(begins("scout", "echo hello")))).toMatchObject({
    text: expect.stringContaining("\n\nhello\n\n"),
  });
});

test("members of a team that the demo does not know speak each of their own craft, in the words of the task", async () => {
  const task = "Write poem: the sea at night";
  const work = async (role: string, part: string): Promise<string> => {
    const begun = hears(begins(role, task, `## Your part as ${role}\n\n${part}`));
    const said = await reply(begun, ...calls("1"), ...calls("2"));
    return "text" in said ? said.text : "";
  };
  const said = await Promise.all([
    work("scout", ""),
    work("Reviewer", ""),
    work("ada", "Plan the work"),
    work("developer", ""),
    work("poet", ""),
  ]);
  expect(new Set(said).size).toBe(said.length);
  for (const text of said) expect(text).toMatch(/poem[\s\S]*sea[\s\S]*night[\s\S]*\(simulated\)/i);
});

test("a task's own words are found between the small ones; the usual stand in where there are none", () => {
  expect(keyPhrases("Plan a birthday party for ten children, please!")).toEqual([
    "birthday party",
    "ten children",
    "the next step",
  ]);
  expect(keyPhrases("Why?")).toEqual(["the question itself", "the limits", "the next step"]);
});
