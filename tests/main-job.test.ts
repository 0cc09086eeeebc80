/** The main job on real parts: Telegram's update in, Claude's answer out, from the group's own sandbox. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAccount, operatorModeConfig } from "@praktor/nats-server/testing/credentials";
import {
  isReferenceServerMissing,
  startReferenceServer,
  type ReferenceServer,
} from "@praktor/nats-server/testing/reference-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canaryKey, friend, owner, System } from "./support/system.ts";

describe("the main job with process sandboxes", { timeout: 120_000 }, () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(async () => {
    await system?.[Symbol.asyncDispose]();
  });

  overAnyBus(() => system);

  test("a tool runs in the sandbox, which holds no key", async () => {
    const since = system.telegram.sequence;
    system.say("bash: env; cat /proc/self/environ | tr '\\0' '\\n'; ls ~/.claude; echo done-$((40+2))");
    // A long PATH makes several messages of it.
    await system.answerMatching(/done-42/, owner, since);
    expect(system.answers().join("\n")).not.toContain(canaryKey);
  });

  test("two groups work at the same time, each in its own workspace", async () => {
    const since = system.telegram.sequence;
    // Busy until the other group has been answered.
    system.say(`${busy} ls`);
    expect((await system.ask("bash: echo two > mine.txt; ls", friend)).text).toContain("mine.txt");
    await letGo(system);
    const { text } = await system.answer(owner, since);
    expect(text).toContain("go");
    expect(text).not.toContain("mine.txt");
  });

  test("a message sent while the gateway is down is answered when it is back", async () => {
    await system.gateway.end("SIGKILL");
    system.say("echo said into the silence");
    await system.startGateway();
    expect((await system.answerMatching(/silence/)).text).toBe("said into the silence");
  });

  test("the person's and the global instructions are both in force", async () => {
    const path = join(system.folder, "groups", "global", "CLAUDE.md");
    const global = await readFile(path, "utf8");
    await system.ask("write CLAUDE.md: The cat is called Schnurri.");
    await system.ask("/new");
    const before = system.model.requests.length;
    await system.ask("echo fresh session");
    const prompts = JSON.stringify(system.model.requests.slice(before).map((request) => request.body));
    expect(prompts).toContain("Schnurri");
    expect(prompts).toContain(global.split("\n")[0]?.replace("# ", ""));

    // In the same conversation.
    await writeFile(path, `${global}\nThe dog is called Waldi.\n`);
    const changed = system.model.requests.length;
    expect((await system.ask("what did I say first?")).text).toContain("fresh session");
    expect(JSON.stringify(system.model.requests.slice(changed).map(({ body }) => body))).toContain("Waldi");
  });

  test("a stranger is refused and costs nothing", async () => {
    const before = system.model.requests.length;
    const since = system.telegram.sequence;
    system.telegram.userSays({ chatId: 666, userId: 666, firstName: "Mallory", text: "echo let me in" });
    expect((await system.answer(666, since)).text).toMatch(/666/);
    expect(system.model.requests).toHaveLength(before);
  });
});

describe.skipIf(isReferenceServerMissing())(
  "the main job over a NATS server of one's own",
  { timeout: 120_000 },
  () => {
    let nats: ReferenceServer;
    let system: System;
    beforeAll(async () => {
      const account = createAccount();
      nats = await startReferenceServer(await operatorModeConfig(account), AbortSignal.timeout(10_000));
      system = await System.start({
        environment: {
          PRAKTOR_NATS_URL: `nats://127.0.0.1:${nats.port}`,
          PRAKTOR_NATS_ACCOUNT_SEED: new TextDecoder().decode(account.getSeed()),
        },
      });
    });
    afterAll(async () => {
      await system?.[Symbol.asyncDispose]();
      await nats?.[Symbol.asyncDispose]();
    });

    overAnyBus(() => system);
  },
);

/** A command that lasts until `letGo`, however slow the machine is. */
const busy = "bash: until [ -e go ]; do sleep 0.1; done;";

async function letGo(system: System): Promise<void> {
  const answer = await fetch(`${system.gateway.web}/api/groups/${owner}/files/content?path=go`, {
    method: "PUT",
    headers: { origin: system.gateway.web },
    body: "go",
  });
  expect(answer.status).toBe(201);
}

/** What travels over the bus; the rest of the job does not know whose server that is. */
function overAnyBus(its: () => System): void {
  test("a message is answered by Claude, and the session remembers it", async () => {
    const system = its();
    expect((await system.ask("echo the first words")).text).toBe("the first words");
    expect((await system.ask("what did I say first?")).text).toContain("the first words");
  });

  test("a message that arrives while the agent is busy is answered after it, in order", async () => {
    const system = its();
    const since = system.telegram.sequence;
    const before = system.answers().length;
    system.say("slow 1500: the slow one");
    await system.model.waitUntil(
      (model) => model.requests.some((request) => JSON.stringify(request.body).includes("slow 1500")),
      "the slow call",
    );
    system.say("echo the quick one");
    system.say("echo the last one");
    await system.answerMatching(/the last one/, owner, since);
    const texts = system.answers().slice(before).join("\n");
    expect(texts).toMatch(/the slow one[^]*the quick one[^]*the last one/);
  });

  test("the answer survives a killed gateway, and the session goes on", async () => {
    const system = its();
    const since = system.telegram.sequence;
    system.say("slow 3000: after the crash");
    await system.model.waitUntil(
      (model) => model.requests.some((request) => JSON.stringify(request.body).includes("slow 3000")),
      "the slow call",
    );
    await system.crash();
    await system.answerMatching(/after the crash/, owner, since);
    expect(system.answers().filter((text) => text.includes("after the crash"))).toHaveLength(1);
    expect((await system.ask("what did I say first?")).text).toContain("the first words");
  });
}

describe("what a person hears when it cannot work", { timeout: 120_000 }, () => {
  test("without a credential the gateway starts and says so everywhere", async () => {
    await using system = await System.start({ environment: { ANTHROPIC_API_KEY: "" } });
    expect((await system.ask("echo hello")).text).toMatch(/no model credential.*ANTHROPIC_API_KEY/);
    expect(system.log.some((line) => line.level === "warn" && /credential/.test(line.msg))).toBe(true);
    expect(JSON.stringify(await system.getJson("/api/status"))).toContain("No model credential is configured");
  });

  test("a refused key is named as that", async () => {
    await using system = await System.start({ environment: { ANTHROPIC_API_KEY: "sk-wrong-key" } });
    expect((await system.ask("echo hello")).text).toMatch(/refused Praktor's credential/);
  });

  test("a full house makes the message wait, says so, and answers it then", async () => {
    await using system = await System.start({ environment: { PRAKTOR_MAX_CONTAINERS: "1" } });
    system.say(`${busy} echo the long one`, owner);
    await system.model.waitUntil(
      (model) => model.requests.some((request) => JSON.stringify(request.body).includes(busy)),
      "the call of the long one",
    );
    const since = system.telegram.sequence;
    system.say("echo my turn", friend);
    expect((await system.answer(friend, since)).text).toMatch(/All 1 sandboxes are busy.*waits/);
    await letGo(system);
    expect((await system.answerMatching(/^my turn$/, friend)).text).toBe("my turn");
    expect(system.answers(owner)).toEqual(["the long one"]);
  });

  test("no engine: a sentence in the chat, the detail in the log", async () => {
    await using system = await System.start({
      environment: { PRAKTOR_SANDBOX: "docker", DOCKER_HOST: "unix:///nonexistent/docker.sock" },
    });
    expect((await system.ask("echo hello")).text).toMatch(/could not start this group's sandbox.*engine/i);
    expect(system.log.some((line) => line.level === "error" && line.msg.includes("did not start"))).toBe(true);
  });
});
