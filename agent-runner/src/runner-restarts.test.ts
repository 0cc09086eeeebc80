/** A runner that is killed, ended or cut off from its gateway, with the real Agent SDK: what goes on, and what is told. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestSandbox } from "./testing/runner-process.ts";

/** Long enough to be streamed in many pieces. */
const words = (name: string): string => Array.from({ length: 40 }, (_, position) => `${name}${position}`).join(" ");

async function childOf(pid: number | undefined): Promise<string> {
  const [child] = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ");
  return child ?? "";
}

describe("restarts", { timeout: 60_000 }, () => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await TestSandbox.start({ jwtLifeMs: 3_000 });
    await sandbox.startRunner();
  });
  afterAll(() => sandbox[Symbol.asyncDispose]());

  it("resumes the session by its id after the runner was killed", async () => {
    const { host } = sandbox;
    await host.send({ turnId: "k1", text: "remember the blue door" });
    const { sessionId } = await host.fact("result", "k1");
    await sandbox.endRunner("SIGKILL");
    await sandbox.startRunner();
    await host.send({ turnId: "k2", text: "what do you remember?", sessionId });
    const second = await host.fact("result", "k2");
    expect(second.content).toContain("the blue door");
    expect(second.sessionId).toBe(sessionId);
    expect(host.facts.some((fact) => fact.turnId === "k2" && fact.type === "notice")).toBe(false);
  });

  it.runIf(existsSync("/usr/bin/setpriv"))("leaves no Claude Code behind when it is killed", async () => {
    const { host } = sandbox;
    await host.send({
      turnId: "left-over",
      conversationId: "c-over",
      text: "bash: sleep 30; echo too late > late.txt",
    });
    await host.fact("tool", "left-over");
    const child = await childOf(sandbox.runner.pid);
    await sandbox.endRunner("SIGKILL");
    await expect.poll(() => existsSync(`/proc/${child}`), { timeout: 10_000 }).toBe(false);
    await sandbox.startRunner();
  });

  it("starts a fresh session with a notice when the stored one is gone", async () => {
    const { host } = sandbox;
    const sessionId = "0b7ef973-2f94-4917-9b6e-2507fe52e4a1";
    await host.send({ turnId: "gone", conversationId: "c-gone", text: "echo fresh", sessionId });
    const result = await host.fact("result", "gone");
    expect(result.content).toBe("fresh");
    expect(result.sessionId).not.toBe(sessionId);
    expect(await host.fact("notice", "gone")).toMatchObject({ code: "session_lost", seq: 1 });
  });

  it("keeps a result until the host has committed it, also through an outage longer than its credential lives", async () => {
    const { host } = sandbox;
    host.onFact = (fact) =>
      fact.type === "result" ? { status: "error", message: "disk full" } : { status: "committed" };
    await host.send({ turnId: "kept", conversationId: "c-kept", text: "echo kept" });
    await host.fact("result", "kept");
    await host.goDown();
    const before = host.facts.length;
    const readyBefore = host.readyCount;
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    host.onFact = () => ({ status: "committed" });
    await host.comeUp();
    await host.eventually("the result again", () =>
      host.facts.slice(before).find((fact) => fact.type === "result" && fact.turnId === "kept"),
    );
    await host.eventually("another ready", () => (host.readyCount > readyBefore ? true : undefined));
    const copies = host.facts.filter((fact) => fact.type === "result" && fact.turnId === "kept");
    expect(new Set(copies.map((fact) => JSON.stringify(fact))).size).toBe(1);
    // It hears that the result is kept a moment after the host has said so.
    const status = async (): Promise<unknown> => await host.control({ command: "status" });
    await expect.poll(status, { timeout: 10_000 }).toMatchObject({ runner: { turns: [] } });
  });

  it("lets a turn that runs through a restart of the gateway complete", async () => {
    const { host } = sandbox;
    await host.send({ turnId: "through", conversationId: "c-through", text: `slow 3000: ${words("through")}` });
    await host.eventually("text", () => host.live.find((piece) => piece.turnId === "through"));
    await host.goDown();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await host.comeUp();
    expect((await host.fact("result", "through")).content).toBe(words("through"));
    await host.fact("restart", "through");
  });

  it("leaves a running turn unreported when it is told to end, and ends soon", async () => {
    const { host } = sandbox;
    await host.send({ turnId: "left", conversationId: "c-left", text: `slow 20000: ${words("never")}` });
    await host.eventually("text", () => host.live.find((piece) => piece.turnId === "left"));
    const { code, tookMs } = await sandbox.endRunner("SIGTERM");
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(5_000);
    expect(host.facts.filter((fact) => fact.turnId === "left").map((fact) => fact.type)).toEqual(["started"]);
  });
});
