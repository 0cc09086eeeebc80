import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MessagesSimulator } from "./messages-simulator.ts";
import { answer } from "./script.ts";

let simulator: MessagesSimulator;

beforeEach(async () => {
  simulator = new MessagesSimulator({ expectedKey: "sk-right" });
  await simulator.start(AbortSignal.timeout(5000));
});

afterEach(async () => {
  await simulator[Symbol.asyncDispose]();
});

async function post(text: string, extra: Record<string, unknown> = {}, key = "sk-right"): Promise<Response> {
  return await fetch(`${simulator.url}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": key, "content-type": "application/json" },
    body: JSON.stringify({ model: "m", max_tokens: 100, messages: [{ role: "user", content: text }], ...extra }),
  });
}

interface SentEvent {
  readonly name: string;
  readonly data: Record<string, unknown>;
}

function eventsOf(body: string): SentEvent[] {
  return body
    .split("\n\n")
    .filter((frame) => frame.startsWith("event: "))
    .map((frame) => {
      const [name = "", data = "{}"] = frame.split("\n");
      return { name: name.slice(7), data: JSON.parse(data.slice(6)) as Record<string, unknown> };
    });
}

describe("replies", () => {
  it("streams the API's sequence of events", async () => {
    const response = await post("echo hello", { stream: true });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const events = eventsOf(await response.text());
    expect(events.map(({ name }) => name)).toEqual([
      "message_start",
      "ping",
      "content_block_start",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    expect(events[3]?.data).toMatchObject({ index: 0, delta: { type: "text_delta", text: "hello" } });
    expect(events[5]?.data).toMatchObject({ delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } });
  });

  it("streams the input of a tool call as partial JSON", async () => {
    const events = eventsOf(await (await post("bash: ls -la", { stream: true })).text());
    const parts = events.flatMap(({ data }) => {
      const delta = data["delta"] as { partial_json?: string } | undefined;
      return delta?.partial_json ?? [];
    });
    expect(JSON.parse(parts.join(""))).toEqual({ command: "ls -la" });
    expect(events.at(-2)?.data).toMatchObject({ delta: { stop_reason: "tool_use" } });
  });

  it("answers whole when no stream is asked for, with usage that counts the cache", async () => {
    const first = (await (await post("echo hello")).json()) as { usage: Record<string, number> };
    expect(first).toMatchObject({ type: "message", content: [{ type: "text", text: "hello" }] });
    expect(first.usage["cache_creation_input_tokens"]).toBeGreaterThan(0);
    const messages = [
      { role: "user", content: "echo hello" },
      { role: "assistant", content: "hello" },
      { role: "user", content: "echo again" },
    ];
    const second = (await (await post("", { messages })).json()) as { usage: Record<string, number> };
    expect(second.usage["cache_read_input_tokens"]).toBeGreaterThan(0);
  });

  it("spreads a slow answer over its time", async () => {
    const begun = performance.now();
    const response = await post("slow 2000: one two three four five six seven eight nine ten", { stream: true });
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(eventsOf(await response.text()).filter(({ name }) => name === "content_block_delta").length).toBeGreaterThan(
      1,
    );
    expect(performance.now() - begun).toBeGreaterThan(290);
  });

  it("follows another script", async () => {
    simulator.script = ({ conversation }) => answer(`heard ${conversation.said.length}`);
    expect(await (await post("x")).json()).toMatchObject({ content: [{ text: "heard 1" }] });
  });

  it("counts tokens and lists models", async () => {
    const headers = { authorization: "Bearer sk-right" };
    const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }] });
    const counted = await fetch(`${simulator.url}/v1/messages/count_tokens`, { method: "POST", headers, body });
    expect(((await counted.json()) as { input_tokens: number }).input_tokens).toBeGreaterThan(0);
    const models = await fetch(`${simulator.url}/v1/models`, { headers });
    expect(await models.json()).toMatchObject({ has_more: false });
    expect(simulator.requests.map(({ operation }) => operation)).toEqual(["count_tokens", "models"]);
  });
});

describe("refusals", () => {
  it("checks the key and records the one that came", async () => {
    const response = await post("echo x", {}, "sk-wrong");
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ type: "error", error: { type: "authentication_error" } });
    expect(simulator.requests[0]).toMatchObject({ outcome: "error 401", headers: { "x-api-key": "sk-wrong" } });
  });

  it("refuses what the API refuses", async () => {
    expect((await post("", { messages: [] })).status).toBe(400);
    const dangling = [
      { role: "user", content: "x" },
      { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "Bash", input: {} }] },
      { role: "user", content: "y" },
    ];
    expect(await (await post("", { messages: dangling })).json()).toMatchObject({
      error: { type: "invalid_request_error", message: expect.stringContaining("t1") },
    });
    expect((await fetch(`${simulator.url}/v1/elsewhere`)).status).toBe(404);
  });
});

describe("faults", () => {
  it("answers with the API's errors, and with retry-after where it is due", async () => {
    simulator.faults.set([
      { on: "messages", fault: { type: "error", status: 429, retryAfterSeconds: 3 }, times: 1 },
      { on: "messages", fault: { type: "error", status: 529 }, times: 1 },
    ]);
    const limited = await post("x");
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "3"]);
    expect(await (await post("x")).json()).toMatchObject({ error: { type: "overloaded_error" } });
    expect((await post("x")).status).toBe(200);
  });

  it("cuts in the middle of a stream", async () => {
    simulator.faults.add({ fault: { type: "cut_mid_stream" }, times: 1 });
    const response = await post("long 200", { stream: true });
    const decoder = new TextDecoder();
    let body = "";
    const reading = (async () => {
      for await (const chunk of response.body ?? []) body += decoder.decode(chunk as Uint8Array, { stream: true });
    })();
    await expect(reading).rejects.toBeInstanceOf(TypeError);
    const names = eventsOf(body).map(({ name }) => name);
    expect(names).toContain("content_block_delta");
    expect(names).not.toContain("message_stop");
    expect(simulator.requests[0]?.outcome).toBe("cut_mid_stream");
  });

  it("sends an error event in the middle of a stream", async () => {
    simulator.faults.add({ fault: { type: "error_mid_stream" }, times: 1 });
    const events = eventsOf(await (await post("echo x", { stream: true })).text());
    expect(events.at(-1)).toMatchObject({ name: "error", data: { error: { type: "overloaded_error" } } });
  });

  it.each(["stall", "stall_mid_stream"] as const)("%s lasts until the client gives up", async (type) => {
    simulator.faults.add({ fault: { type }, times: 1 });
    const asked = (async () => await (await postImpatiently("echo x")).text())();
    await expect(asked).rejects.toThrow(/timeout|aborted/);
    await simulator.waitUntil(({ inFlight }) => inFlight === 0, "the end of the stalled request");
    expect(simulator.requests[0]?.outcome).toBe(type);
    expect((await post("echo x")).status).toBe(200);
  });

  async function postImpatiently(text: string): Promise<Response> {
    return await fetch(`${simulator.url}/v1/messages`, {
      method: "POST",
      headers: { "x-api-key": "sk-right" },
      body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: text }] }),
      signal: AbortSignal.timeout(300),
    });
  }
});

describe("driving from another process", () => {
  it("sets faults and the key, and shows requests", async () => {
    const control = async (path: string, method: string, body?: unknown): Promise<unknown> => {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
      return await (await fetch(`${simulator.url}/control/${path}`, init)).json();
    };
    await control("key", "PUT", { expectedKey: null });
    expect((await post("echo x", {}, "whatever")).status).toBe(200);
    await control("faults", "PUT", { seed: 3, rules: [{ on: "messages", fault: { type: "error", status: 500 } }] });
    expect((await post("echo x")).status).toBe(500);
    await control("faults", "DELETE");
    expect(await control("requests?last=1", "GET")).toMatchObject([{ outcome: "error 500" }]);
    expect(await control("state", "GET")).toMatchObject({ requestCount: 2, inFlight: 0 });
    expect(await control("faults", "PUT", { rules: [{ fault: { type: "unknown" } }] })).toMatchObject({
      error: { code: "invalid_request" },
    });
  });
});
