import { describe, expect, test } from "vitest";
import { nothingUsed, UsageMeter } from "./usage-meter.ts";

const stream = [
  `event: message_start\ndata: {"type":"message_start","message":{"model":"claude-x","usage":{"input_tokens":12,"cache_read_input_tokens":30,"cache_creation_input_tokens":4,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":3},"speed":"standard","output_tokens":1}}}\n\n`,
  `event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"type":"text_delta","text":"says \\"usage\\" – ünicode"}}\n\n`,
  `event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":57}}\n\n`,
].join("");

describe("usage meter", () => {
  test.each([1, 2, 7, 64, 10_000])("reads the tokens of a stream cut every %i bytes", (size) => {
    const meter = new UsageMeter(true);
    const bytes = new TextEncoder().encode(stream);
    for (let at = 0; at < bytes.length; at += size) meter.push(bytes.subarray(at, at + size));
    expect(meter.result()).toEqual({
      model: "claude-x",
      usage: {
        ...nothingUsed,
        inputTokens: 12,
        outputTokens: 57,
        cacheReadTokens: 30,
        cacheWriteTokens: 4,
        cacheWrite1hTokens: 3,
      },
      error: null,
      told: "all",
      writtenBytes: Buffer.byteLength(`says \\"usage\\" – ünicode"}}`),
    });
  });

  test("knows how far the endpoint has told what it counts", () => {
    const meter = new UsageMeter(true);
    const told = (event: unknown): string => {
      meter.push(new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`));
      return meter.result().told;
    };
    expect(meter.result().told).toBe("nothing");
    expect(told({ type: "message_start", message: { usage: { input_tokens: 3 } } })).toBe("input");
    expect(told({ type: "content_block_delta", delta: { type: "text_delta", text: "message_stop" } })).toBe("input");
    expect(told({ type: "message_delta", usage: { output_tokens: 3 } })).toBe("output");
    expect(told({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } })).toBe(
      "all",
    );
  });

  test("reads an answer of one piece however long it is", () => {
    const meter = new UsageMeter(false);
    const answer = { content: [{ usage: { input_tokens: 9 }, data: "x".repeat(5_000_000) }], model: "m" };
    const usage = {
      output_tokens: 2,
      cache_creation: { ephemeral_1h_input_tokens: 4 },
      cache_creation_input_tokens: 6,
    };
    const bytes = new TextEncoder().encode(JSON.stringify({ ...answer, usage }));
    for (let at = 0; at < bytes.length; at += 65_536) meter.push(bytes.subarray(at, at + 65_536));
    expect(meter.result()).toMatchObject({
      model: "m",
      told: "all",
      usage: { ...nothingUsed, outputTokens: 2, cacheWriteTokens: 6, cacheWrite1hTokens: 4 },
    });
  });

  test.each([true, false])("runs of the model that the sums leave out are counted (streamed: %s)", (streamed) => {
    const meter = new UsageMeter(streamed);
    const iterations = [
      { type: "compaction", input_tokens: 180_000, output_tokens: 3_500 },
      { type: "message", input_tokens: 23_000, output_tokens: 1_000 },
    ];
    const json = JSON.stringify({ usage: { input_tokens: 23_000, output_tokens: 1_000, iterations } });
    meter.push(new TextEncoder().encode(streamed ? `data: ${json}\n` : json));
    expect(meter.result().usage).toMatchObject({ inputTokens: 203_000, outputTokens: 4_500 });
  });

  test("reads an answer that is not streamed", () => {
    const meter = new UsageMeter(false);
    meter.push(new TextEncoder().encode(`{"model":"m","usage":{"input_tokens":3,"output_tokens":5}}`));
    expect(meter.result().usage).toMatchObject({ inputTokens: 3, outputTokens: 5 });
  });

  test("reads what makes a call dearer, and why it failed", () => {
    const meter = new UsageMeter(true);
    meter.push(
      new TextEncoder().encode(
        `data: {"type":"message_start","message":{"model":"m","usage":{"speed":"fast","inference_geo":"us","server_tool_use":{"web_search_requests":2}}}}\n` +
          `data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n`,
      ),
    );
    expect(meter.result()).toMatchObject({ usage: { fast: true, usOnly: true, webSearches: 2 }, error: "Overloaded" });
    const refused = new UsageMeter(false);
    refused.push(new TextEncoder().encode(`{"type":"error","error":{"type":"x","message":"invalid x-api-key"}}`));
    expect(refused.result()).toMatchObject({ usage: nothingUsed, error: "invalid x-api-key" });
  });

  test("stays at zero for an error body and for a line without end", () => {
    const meter = new UsageMeter(true);
    for (let index = 0; index < 100; index += 1) meter.push(new Uint8Array(64 * 1024).fill(97));
    expect(meter.result().usage.inputTokens).toBe(0);
  });
});
