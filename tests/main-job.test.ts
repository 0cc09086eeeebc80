/** The main job on real parts: Telegram's update in, Claude's answer out, from the group's own sandbox. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createAccount, operatorModeConfig } from "@praktor/nats-server/testing/credentials";
import {
  isReferenceServerMissing,
  startReferenceServer,
  type ReferenceServer,
} from "@praktor/nats-server/testing/reference-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canaryKey, friend, owner, System } from "./support/system.ts";

describe("the main job with process sandboxes", { timeout: 60_000 }, () => {
  mainJob(() => System.start());
});

describe.skipIf(isReferenceServerMissing())("the main job over a NATS server of one's own", { timeout: 60_000 }, () => {
  let nats: ReferenceServer;
  afterAll(async () => {
    await nats?.[Symbol.asyncDispose]();
  });
  mainJob(async () => {
    const account = createAccount();
    nats = await startReferenceServer(await operatorModeConfig(account), AbortSignal.timeout(10_000));
    return await System.start({
      environment: {
        PRAKTOR_NATS_URL: `nats://127.0.0.1:${nats.port}`,
        PRAKTOR_NATS_ACCOUNT_SEED: new TextDecoder().decode(account.getSeed()),
      },
    });
  });
});

function mainJob(start: () => Promise<System>): void {
  let system: System;
  beforeAll(async () => {
    system = await start();
  });
  afterAll(async () => {
    await system?.[Symbol.asyncDispose]();
  });

  test("a message is answered by Claude, and the session remembers it", async () => {
    expect((await system.ask("echo the first words")).text).toBe("the first words");
    expect((await system.ask("what did I say first?")).text).toContain("the first words");
  });

  test("a tool runs in the sandbox, which holds no key", async () => {
    const answer = await system.ask(
      "bash: env; cat /proc/self/environ | tr '\\0' '\\n'; ls ~/.claude; echo done-$((40+2))",
    );
    expect(answer.text).toContain("done-42");
    expect(system.answers().join("\n")).not.toContain(canaryKey);
  });

  test("a message that arrives while the agent is busy is answered after it, in order", async () => {
    const since = system.telegram.sequence;
    system.say("slow 1500: the slow one");
    await system.model.waitUntil(
      (model) => model.requests.some((request) => JSON.stringify(request.body).includes("slow 1500")),
      "the slow call",
    );
    system.say("echo the quick one");
    system.say("echo the last one");
    await system.answerMatching(/the last one/, owner, since);
    const texts = system.answers().slice(-2).join("\n");
    expect(texts).toMatch(/the slow one[^]*the quick one[^]*the last one/);
  });

  test("two groups work at the same time, each in its own workspace", async () => {
    const startedAt = performance.now();
    await Promise.all([
      system.ask("bash: sleep 2; pwd; ls", owner),
      system.ask("bash: sleep 2; echo two > mine.txt; ls", friend),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect((await system.ask("bash: ls")).text).not.toContain("mine.txt");
  });

  test("the answer survives a killed gateway, and the session goes on", async () => {
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

  test("a message sent while the gateway is down is answered when it is back", async () => {
    await system.gateway.end("SIGKILL");
    system.say("echo said into the silence");
    await system.startGateway();
    expect((await system.answerMatching(/silence/)).text).toBe("said into the silence");
  });

  test("the person's and the global instructions are both in force", async () => {
    const global = await readFile(join(system.folder, "groups", "global", "CLAUDE.md"), "utf8");
    await system.ask("write CLAUDE.md: The cat is called Schnurri.");
    await system.ask("/new");
    const before = system.model.requests.length;
    await system.ask("echo fresh session");
    const prompts = JSON.stringify(system.model.requests.slice(before).map((request) => request.body));
    expect(prompts).toContain("Schnurri");
    expect(prompts).toContain(global.split("\n")[0]?.replace("# ", ""));
  });

  test("a stranger is refused and costs nothing", async () => {
    const before = system.model.requests.length;
    const since = system.telegram.sequence;
    system.telegram.userSays({ chatId: 666, userId: 666, firstName: "Mallory", text: "echo let me in" });
    expect((await system.answer(666, since)).text).toMatch(/666/);
    expect(system.model.requests).toHaveLength(before);
  });
}

describe("what a person hears when it cannot work", { timeout: 60_000 }, () => {
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
    system.say("slow 4000: the long one", owner);
    await system.model.waitUntil(
      (model) => model.requests.some((request) => JSON.stringify(request.body).includes("slow 4000")),
      "the slow call",
    );
    const since = system.telegram.sequence;
    system.say("echo my turn", friend);
    expect((await system.answer(friend, since)).text).toMatch(/All 1 sandboxes are busy.*waits/);
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
