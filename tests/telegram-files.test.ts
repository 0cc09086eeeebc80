/** Files between people and agents, over the whole way: Telegram, gateway, sandbox, Claude, and back. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { owner, System } from "./support/system.ts";

let system: System;
beforeAll(async () => {
  system = await System.start();
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
});

const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

test("a document that a person sends lies in the workspace, and the agent reads it", async () => {
  const since = system.telegram.sequence;
  const content = Buffer.from("the treasure is under the oak\n");
  system.telegram.userSends({
    chatId: owner,
    kind: "document",
    fileName: "map.txt",
    caption: "bash: cat uploads/*map.txt",
    content,
  });
  expect((await system.answer(owner, since)).text).toContain("the treasure is under the oak");
});

test("a photo reaches the model as an image", async () => {
  const since = system.telegram.sequence;
  system.telegram.userSends({
    chatId: owner,
    kind: "photo",
    fileName: "cat.png",
    caption: "echo what a cat",
    content: pixel,
  });
  expect((await system.answer(owner, since)).text).toContain("what a cat");
  const bodies = system.model.requests.map((request) => JSON.stringify(request.body));
  expect(bodies.some((body) => body.includes('"type":"image"') && body.includes(pixel.toString("base64")))).toBe(true);
});

test("the agent sends a file in the middle of its turn, and says something, before its answer", async () => {
  await system.ask("bash: mkdir -p out && printf 'a,b\\n1,2\\n' > out/table.csv");
  const since = system.telegram.sequence;
  system.say(
    'tool send_message {"text":"**First** the table"}\n\ntool send_file {"path":"out/table.csv","caption":"the table"}',
  );
  const file = await system.telegram.waitForMessage((message) => message.file !== undefined, { since });
  expect(file).toMatchObject({ chatId: owner, text: "the table", file: { kind: "document", name: "table.csv" } });
  expect(Buffer.from(file.file?.bytes ?? []).toString()).toBe("a,b\n1,2\n");
  const answer = await system.answerMatching(/on its way/, owner, since);
  const said = await system.answerMatching(/First the table/, owner, since);
  expect([said.sequence, file.sequence, answer.sequence]).toEqual(
    [said.sequence, file.sequence, answer.sequence].toSorted((a, b) => a - b),
  );
});

test("an image goes as a photo", async () => {
  await system.ask(`bash: echo ${pixel.toString("base64")} | base64 -d > dot.png`);
  const since = system.telegram.sequence;
  system.say('tool send_file {"path":"dot.png"}');
  const photo = await system.telegram.waitForMessage((message) => message.file !== undefined, { since });
  expect(photo.file?.kind).toBe("photo");
  await system.answerMatching(/on its way/, owner, since);
});

test("what leads out of the workspace is not sent, and the agent is told", async () => {
  for (const path of ["/etc/passwd", "../../x", "missing.txt"]) {
    const answer = await system.ask(`tool send_file ${JSON.stringify({ path })}`);
    expect(answer.text).toMatch(/outside|leads out|no such file|not exist/i);
  }
  expect(system.telegram.sent(owner).filter((message) => message.file !== undefined)).toHaveLength(2);
});
