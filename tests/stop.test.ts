/** How the gateway stops when it is told to: what runs may finish, the rest is handed to the next start, and nothing is said twice. */
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { readDatabase } from "./torture/read-database.ts";
import { describeFaults, Stage } from "./torture/stage.ts";

/** Returns when as many turns as there are chats were accepted; one that has ended meanwhile counts too. */
async function untilAccepted(stage: Stage): Promise<void> {
  const accepted = (): number =>
    readDatabase(stage.storePath).turns.filter((turn) => turn.accepted || turn.state === "succeeded").length;
  while (accepted() < stage.chatIds.length) await delay(20);
}

test("a turn that ends within the grace time is answered before the gateway is gone", async () => {
  await using stage = await Stage.prepare({ runner: "stand-in", seed: 1, chats: 2, settings: "stop_grace: 10s\n" });
  const life = stage.launch();
  await life.gateway.up;
  for (const chatId of stage.chatIds) stage.say(chatId, "work 1500");
  await untilAccepted(stage);
  await life.gateway.end("SIGTERM");
  expect(stage.unanswered()).toEqual([]);
  expect(readDatabase(stage.storePath).turns.map((turn) => turn.attempt)).toEqual([1, 1]);

  const sent = stage.heard().length;
  const next = stage.launch();
  await next.gateway.up;
  await stage.finish(next);
  expect(stage.heard()).toHaveLength(sent);
  expect(describeFaults(await stage.verdict())).toEqual([]);
}, 60_000);

test("a longer one is handed on as often as it takes, and never counts as lost", async () => {
  await using stage = await Stage.prepare({ runner: "stand-in", seed: 1, chats: 1, settings: "stop_grace: 100ms\n" });
  const [chatId = 0] = stage.chatIds;
  stage.say(chatId, "work 2500");
  for (let stop = 1; stop <= 3; stop += 1) {
    const life = stage.launch();
    await life.gateway.up;
    await untilAccepted(stage);
    await life.gateway.end("SIGTERM");
    // On a slow machine a status message says that it works.
    expect(stage.unanswered()).toHaveLength(1);
  }
  const last = stage.launch();
  await stage.settle();
  await stage.finish(last);
  const findings = await stage.verdict();
  expect(describeFaults(findings)).toEqual([]);
  expect(findings).toMatchObject({ answered: 1, explained: 0, marked: 0 });
}, 60_000);
