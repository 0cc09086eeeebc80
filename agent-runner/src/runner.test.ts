/** The whole runner, as a process of its own, with the real Agent SDK, a real NATS server and a simulated model. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestSandbox } from "./testing/runner-process.ts";

describe("a running sandbox", () => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await TestSandbox.start();
    await sandbox.startRunner();
  });
  afterAll(() => sandbox[Symbol.asyncDispose]());

  it("answers a turn: started, streamed text, result with usage", async () => {
    const { host } = sandbox;
    expect(await host.send({ turnId: "t1", text: "echo Hello from the sandbox" })).toEqual({ status: "accepted" });
    const result = await host.fact("result", "t1");
    expect(result.content).toBe("Hello from the sandbox");
    expect(result.usage.outputTokens).toBeGreaterThan(0);
  });
});
