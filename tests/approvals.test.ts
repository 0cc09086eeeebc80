/** Tools and hosts that people are asked about, over the whole way: the question in the chat and on the page, yes, no, stop, and a restart. */
import { ApprovalView } from "@praktor/protocol/approvals";
import type { ChatMessage } from "@praktor/simulators/telegram/chat-book";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { friend, owner, System } from "./support/system.ts";

let system: System;
beforeAll(async () => {
  system = await System.start();
  await system.ask("echo hello");
  await system.ask("echo hello", friend);
  await patch({ approval_tools: ["Ba*"] });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
});

const send = (path: string, method: string, body: object): Promise<Response> =>
  fetch(system.gateway.web + path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const patch = (body: object): Promise<Response> => send(`/api/groups/${owner}`, "PATCH", body);
const open = async (): Promise<ApprovalView[]> => z.array(ApprovalView).parse(await system.getJson("/api/approvals"));

/** Says it, and waits for the question. */
async function asked(text: string, words = "May the agent use Bash?"): Promise<ChatMessage> {
  const since = system.telegram.sequence;
  system.say(text);
  return await system.telegram.waitForMessage((one) => one.text.includes(words), {
    since,
    timeoutMs: 30_000,
  });
}
const tap = (message: ChatMessage, label: string): void =>
  void system.telegram.userTaps({
    chatId: message.chatId,
    messageId: message.messageId,
    data: dataOf(message, label),
    userId: owner,
  });
function dataOf(message: ChatMessage, label: string): string {
  const Markup = z.object({
    inline_keyboard: z.array(z.array(z.object({ text: z.string(), callback_data: z.string() }))),
  });
  const buttons = Markup.parse(message.replyMarkup).inline_keyboard.flat();
  return buttons.find(({ text }) => text.includes(label))?.callback_data ?? "";
}
const becomes = (message: ChatMessage, words: RegExp): Promise<ChatMessage> =>
  system.telegram.waitForMessage((one) => one.messageId === message.messageId && words.test(one.text));

test("a yes in the chat lets the tool run, and the question becomes what was chosen", async () => {
  const since = system.telegram.sequence;
  const question = await asked("bash: echo ran-$((40 + 2))");
  expect(question.text).toContain("echo ran-$((40 + 2))");
  tap(question, "Allow");
  expect((await becomes(question, /Allow – by/)).replyMarkup).toBeUndefined();
  expect((await system.answerMatching(/ran-42/, owner, since)).text).toContain("ran-42");
  expect(await open()).toEqual([]);
});

test("a no on the page is told to the agent, and the tool did not run", async () => {
  const question = await asked("bash: touch was-here");
  const [approval] = await open();
  expect(approval).toMatchObject({ group_id: String(owner), state: "open" });
  const answer = await send(`/api/approvals/${approval?.id}`, "POST", { choice: "deny" });
  expect(answer.status).toBe(200);
  expect((await send(`/api/approvals/${approval?.id}`, "POST", { choice: "allow" })).status).toBe(409);
  await becomes(question, /Deny – on the page/);
  await expect
    .poll(() => JSON.stringify(system.model.requests.at(-1)?.body), { timeout: 20_000 })
    .toContain("refused this use of Bash");
  expect(JSON.stringify(await system.getJson(`/api/groups/${owner}/files`))).not.toContain("was-here");
});

test("another chat's people cannot answer; a turn that is tried again asks anew, and a stop makes it void", async () => {
  const question = await asked("bash: echo after the restart");
  system.telegram.userTaps({ chatId: friend, messageId: 1, data: dataOf(question, "Allow"), userId: friend });
  await system.telegram.waitUntil(
    ({ callbackAnswers }) => callbackAnswers.some(({ text }) => /does nothing any more/.test(text ?? "")),
    "the tap's answer",
  );
  const since = system.telegram.sequence;
  await system.crash();
  const again = await system.telegram.waitForMessage(
    (one) => one.messageId > question.messageId && one.text.includes("May the agent use Bash?"),
    { since, timeoutMs: 60_000 },
  );
  await becomes(question, /No answer is needed any more/);
  expect(await open()).toHaveLength(1);
  system.say("/stop");
  await becomes(again, /No answer is needed any more/);
  expect(await open()).toEqual([]);
});

test("other groups, other tools and other commands are not asked about", async () => {
  expect((await system.ask("bash: echo free", friend)).text).toContain("free");
  expect((await patch({ approval_tools: ["Bash(curl *)", "WebFetch(example.org)"] })).status).toBe(200);
  expect((await system.ask("bash: echo free-again")).text).toContain("free-again");
  const question = await asked("bash: true; curl --version");
  tap(question, "Deny");
  await becomes(question, /Deny – by/);
  expect((await patch({ approval_tools: [] })).status).toBe(200);
});

test("a host that is asked about is waited for by a program; a no reaches it in words, a yes opens the host for the turn", async () => {
  // An address of documentation: the proxy looks it up nowhere, and connects to no such one.
  expect((await patch({ network: "allowlist", approval_hosts: ["192.0.2.1"] })).status).toBe(200);
  const words = "May the agent reach this host until its turn ends?";
  const fetched = "bash: curl -sS http://192.0.2.1/";
  let since = system.telegram.sequence;
  const first = await asked(fetched, words);
  expect(first.text).toContain("192.0.2.1");
  tap(first, "Deny");
  await system.answerMatching(
    /192\.0\.2\.1 is reached only after a person's yes, and a person .* said no/,
    owner,
    since,
  );
  since = system.telegram.sequence;
  const second = await asked(`${fetched}; ${fetched.slice("bash: ".length)}; curl -sS http://192.0.2.2/`, words);
  tap(second, "Allow");
  await becomes(second, /Allow – by/);
  const { text } = await system.answerMatching(/192\.0\.2\.2 is not on this group's list/, owner, since);
  expect(text.match(/192\.0\.2\.1 does not lead to a public address/g)).toHaveLength(2);
  const audit = JSON.stringify(await system.getJson(`/api/audit?group_id=${owner}`));
  expect(audit.match(/"host\.reach"/g)).toHaveLength(2);
  expect((await patch({ network: null })).status).toBe(400);
  expect((await patch({ network: null, approval_hosts: [] })).status).toBe(200);
});
