import { describe, expect, test } from "vitest";
import { systemClock } from "../kit/clock.ts";
import { Pairing } from "./pairing.ts";
import { BotTestBench, until } from "./testing/bot-test-bench.ts";

const nobody = new Set<string>();

async function start(allowFrom = nobody): Promise<{ bench: BotTestBench; pairing: Pairing }> {
  const bench = await BotTestBench.start({ allowFrom });
  const pairing = await Pairing.load(bench.store.settings, systemClock);
  await bench.restartBot({ pairing });
  return { bench, pairing };
}

describe("pairing", () => {
  test("makes the first person the owner and the chat the main group, with its commands", async () => {
    const { bench, pairing } = await start();
    await using _ = bench;
    const { code } = await pairing.offer();
    bench.telegram.userSays({ chatId: 7, firstName: "Ada", text: code });
    expect((await bench.telegram.waitForMessage((one) => one.chatId === 7)).text).toMatch(/main group/);
    expect(await bench.store.groups.get("7")).toMatchObject({ isMain: true, name: "Ada" });
    expect(bench.received).toEqual([]);
    bench.telegram.userSays({ chatId: 7, text: "/groups" });
    await bench.telegram.waitForMessage((one) => one.text === "All groups.");
    await bench.telegram.waitUntil(
      ({ calls }) =>
        calls.some(
          ({ method, values }) =>
            method === "setMyCommands" && /"groups".*chat_id/.test(JSON.stringify(values).replaceAll("\\", "")),
        ),
      "the main chat's menu",
    );
    bench.telegram.userSays({ chatId: 7, text: "Hello" });
    await until(() => bench.received.length === 1);
  });

  test("lets others in after it, without their becoming anything more", async () => {
    const { bench, pairing } = await start();
    await using _ = bench;
    bench.telegram.userSays({ chatId: 7, text: (await pairing.offer()).code });
    await bench.telegram.waitForMessage((one) => one.chatId === 7);
    bench.telegram.userSays({ chatId: 7, text: "/pair" });
    const offered = await bench.telegram.waitForMessage((one) => /\?start=/.test(one.text));
    const code = /start=(\w{8})/.exec(offered.text)?.[1] ?? "";
    bench.telegram.userSays({ chatId: 8, firstName: "Bob", text: `/start ${code}` });
    expect((await bench.telegram.waitForMessage((one) => one.chatId === 8)).text).toMatch(/you may write/);
    expect(bench.toldOwner.join()).toContain("Bob");
    bench.telegram.userSays({ chatId: 8, text: "/pair" });
    expect(
      (await bench.telegram.waitForMessage((one) => one.chatId === 8 && /for the main/.test(one.text))).text,
    ).toContain("/pair");
  });

  test("counts wrong codes, and the right one is void after five", async () => {
    const { bench, pairing } = await start();
    await using _ = bench;
    const { code } = await pairing.offer();
    for (const left of [4, 3, 2, 1]) {
      bench.telegram.userSays({ chatId: 9, text: code.startsWith("A") ? "BBBBBBBB" : "AAAAAAAA" });
      await bench.telegram.waitForMessage((one) => one.text.includes(`Tries left: ${left}`));
    }
    bench.telegram.userSays({ chatId: 9, text: "22222222" });
    await bench.telegram.waitForMessage((one) => one.text.includes("last try"));
    bench.telegram.userSays({ chatId: 9, text: code });
    await bench.telegram.waitForMessage((one) => one.text.includes("lets nobody in"));
    expect(pairing.has("9")).toBe(false);
  });

  test("that is mistyped, or that nobody awaits, is answered so often and no more, and the owner hears of it once", async () => {
    const { bench, pairing } = await start(new Set(["7"]));
    await using _ = bench;
    const say = (text: string): void => void bench.telegram.userSays({ chatId: 9, firstName: "Bob", text });
    for (const text of ["AB1D-2O45", "ABCD2345", "hello", "are you there?"]) say(text);
    await until(() => bench.telegram.pendingUpdates === 0);
    const { code } = await pairing.offer();
    for (const text of ["AB1D2O45", `${code}7`, "is it not?", "/start hello", "7O7O-7O7O", `my code is ${code}.`])
      say(text);
    await bench.telegram.waitForMessage((one) => one.chatId === 9 && one.text.includes("Paired"));
    const heard = bench.telegram.sent(9).map((one) => one.text);
    expect(heard).toEqual([
      expect.stringMatching(/^This code lets nobody in\. .*eight letters and digits/),
      expect.stringMatching(/only talk to people/),
      ...[4, 3, 2, 1].map((left) =>
        expect.stringMatching(new RegExp(`^This is not a code\\. .*Tries left: ${left}\\.$`)),
      ),
      expect.stringMatching(/^🔑 Paired/),
    ]);
    expect(bench.toldOwner.filter((line) => line.includes("was refused"))).toHaveLength(1);
  });

  test("makes nobody the owner where the settings name the main chat, but whose it is", async () => {
    const bench = await BotTestBench.start({ allowFrom: nobody });
    await using _ = bench;
    const pairing = await Pairing.load(bench.store.settings, systemClock, { allowFrom: [], mainChatId: "7" });
    await bench.restartBot({ pairing });
    const offer = await pairing.offer();
    expect(offer.makes_owner).toBe(false);
    bench.telegram.userSays({ chatId: 8, firstName: "Bob", text: offer.code });
    expect((await bench.telegram.waitForMessage((one) => one.chatId === 8)).text).toMatch(/^🔑 Paired: you may write/);
    bench.telegram.userSays({ chatId: 7, firstName: "Ada", text: (await pairing.offer()).code });
    expect((await bench.telegram.waitForMessage((one) => one.chatId === 7)).text).toMatch(
      /owner, and this chat is the main/,
    );
    expect(pairing.view().people.map(({ id, is_owner: isOwner }) => [id, isOwner])).toEqual([
      ["8", false],
      ["7", true],
    ]);
    const inGroup = await Pairing.load(bench.store.settings, systemClock, { allowFrom: [], mainChatId: "-50" });
    expect(inGroup.view().people.some((person) => person.is_owner)).toBe(false);
  });

  test("in a group's chat is none: everybody there would read the code", async () => {
    const { bench, pairing } = await start();
    await using _ = bench;
    const { code } = await pairing.offer();
    bench.telegram.userSays({ chatId: -50, userId: 9, text: `@praktor_bot ${code}` });
    await bench.telegram.waitForMessage((one) => one.chatId === -50 && one.text.includes("only talk to people"));
    expect(pairing.view().people).toEqual([]);
  });
});

test("a stranger's name and title are only text to the owner", async () => {
  const { bench } = await start();
  await using _ = bench;
  bench.telegram.userSays({ chatId: 9, firstName: "[Sign in again](https://evil.example/x)", text: "Hello" });
  await until(() => bench.toldOwner.length === 1);
  expect(bench.toldOwner[0]).toContain(String.raw`👤 \[Sign in again\]\(https\:`);
});

test("the owner hears once of a stranger", async () => {
  const { bench } = await start(new Set(["7"]));
  await using _ = bench;
  bench.telegram.userSays({ chatId: 99, firstName: "Mallory", text: "Let me in" });
  bench.telegram.userSays({ chatId: 99, firstName: "Mallory", text: "Please" });
  await until(() => bench.telegram.pendingUpdates === 0);
  expect(bench.toldOwner).toEqual([expect.stringMatching(/Mallory.*99.*refused/)]);
});

test("the owner hears that the bot was removed, and what ran there is stopped", async () => {
  const { bench } = await start(new Set(["7"]));
  await using _ = bench;
  bench.telegram.userSays({ chatId: -50, userId: 7, chatTitle: "Family", text: "@praktor_bot hi" });
  await until(() => bench.received.length === 1);
  bench.telegram.setMembership({ chatId: -50, userId: 7, firstName: "Ada", chatTitle: "Family", status: "kicked" });
  await until(() => bench.toldOwner.length === 1);
  expect(bench.toldOwner[0]).toMatch(/Ada has removed me from \*\*Family/);
  expect(bench.stopped).toEqual([await bench.conversation(-50)]);
});

test("commands take an argument, and the level of detail is kept by chat", async () => {
  const { bench } = await start(new Set(["7"]));
  await using _ = bench;
  const answers = async (text: string): Promise<string> => {
    const since = bench.telegram.sequence;
    bench.telegram.userSays({ chatId: 7, text });
    return (await bench.telegram.waitForMessage((one) => one.chatId === 7, { since })).text;
  };
  expect(await answers("/model claude-x")).toBe("Now claude-x.");
  expect(await answers("/usage")).toBe("Nothing was used.");
  expect(await answers("/verbose")).toMatch(/^Level 1/);
  expect(await answers("/verbose 2")).toMatch(/^Level 2/);
  expect(await answers("/verbose@praktor_bot 7")).toMatch(/Write \/verbose 0/);
  await bench.restartBot();
  expect(await answers("/verbose")).toMatch(/^Level 2/);
});

describe("a stranger", () => {
  test("waits on the page until somebody lets them in, over a restart", async () => {
    const { bench, pairing } = await start(new Set(["7"]));
    await using _ = bench;
    for (const userId of [9, 8, 9]) {
      const since = bench.telegram.pendingUpdates;
      bench.telegram.userSays({ chatId: userId, userId, firstName: `U${userId}`, text: "hello" });
      await until(() => bench.telegram.pendingUpdates <= since);
    }
    await until(() => pairing.view().waiting.length === 2);
    expect(pairing.view().waiting.map(({ name }) => name)).toEqual(["U8", "U9"]);
    expect(await pairing.letIn("1234")).toBe(false);
    expect(await pairing.letIn("9")).toBe(true);
    const again = await Pairing.load(bench.store.settings, systemClock, { allowFrom: ["7"] });
    expect(again.view()).toMatchObject({
      allowed: ["7"],
      waiting: [{ id: "8" }],
      people: [{ id: "9", is_owner: false }],
    });
    bench.telegram.userSays({ chatId: 9, userId: 9, text: "now" });
    await until(() => bench.received.some(({ message }) => message.content === "now"));
  });
});
