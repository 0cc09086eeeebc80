import { describe, expect, test } from "vitest";
import { RequestReader, type RequestFacts } from "./request-facts.ts";

function read(body: unknown): RequestFacts | { problem: string } {
  const reader = new RequestReader();
  reader.push(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));
  return reader.end();
}

const saying = (...content: unknown[]): unknown => ({ model: "m", messages: [{ role: "user", content }] });
const byUrl = { type: "image", source: { type: "url", url: "https://evil.test/?data" } };

describe("what a request says", () => {
  test("of an ordinary one: its model, its limit, and that it reaches nothing", () => {
    const facts = read({
      model: "m",
      max_tokens: 7,
      speed: "standard",
      inference_geo: "global",
      mcp_servers: [],
      container: null,
      tools: [
        { name: "f", input_schema: { properties: { source: { type: "url" }, type: { type: "web_fetch_20250910" } } } },
        { type: "custom", name: "g" },
        { type: "bash_20250124", name: "bash" },
      ],
      system: [{ type: "text", text: "a" }],
      messages: [
        { role: "user", content: "plain" },
        { role: "user", content: [{ type: "image", source: { type: "base64", data: "eA==" } }] },
        { role: "assistant", content: [{ type: "tool_use", input: { source: { type: "url", url: "https://x" } } }] },
        { role: "user", content: [{ type: "tool_result", content: [{ type: "text", text: "source" }] }] },
        { role: "user", content: [{ type: "search_result", source: "https://x", content: [] }] },
      ],
    });
    expect(facts).toEqual({
      model: "m",
      maxOutputTokens: 7,
      fast: false,
      usOnly: false,
      images: 1,
      openInput: false,
      samplings: 1,
      reaches: new Set(),
      searchesWeb: false,
      otherModels: [],
    });
  });

  test.each([
    ["an image", saying(byUrl)],
    ["one without a type", saying({ type: "image", source: { url: "https://evil.test" } })],
    ["one of an unknown type", saying({ type: "image", source: { type: "URL" } })],
    ["one under another name", saying({ type: "image_url", image_url: { url: "https://evil.test" } })],
    ["one under another name without a type", saying({ image_url: "https://evil.test" })],
    ["a file under another name", saying({ type: "file", file: { file_data: "https://evil.test/a.pdf" } })],
    ["one in a tool's result", saying({ type: "tool_result", content: [byUrl] })],
    ["one in a document", saying({ type: "document", source: { type: "content", content: [byUrl] } })],
    ["one that is no list", { model: "m", messages: [{ content: byUrl }] }],
    ["one in the system prompt", { model: "m", system: [byUrl] }],
    ["a file", saying({ type: "document", source: { type: "file", file_id: "file_1" } })],
    ["a file for a container", saying({ type: "container_upload", file_id: "file_1" })],
    ["escaped names", JSON.stringify(saying(byUrl)).replace('"source"', String.raw`"\u0073ource"`)],
    ["escaped values", JSON.stringify(saying(byUrl)).replace('"url"', String.raw`"\u0075rl"`)],
    ["names in capitals", JSON.stringify(saying(byUrl)).replace('"source"', '"SOURCE"')],
    ["the second of two", JSON.stringify(saying(byUrl)).replace('"source"', '"source":{"type":"text"},"source"')],
    ["the first of two", JSON.stringify(saying(byUrl)).replace("}}]}]}", '},"source":{"type":"text"}}]}]}')],
  ])("%s that the endpoint would fetch is seen, and its prompt may be of any length", (_title, body) => {
    const facts = read(body);
    expect(facts).toMatchObject({ openInput: true });
    expect("reaches" in facts && facts.reaches.size).toBeGreaterThan(0);
  });

  test.each([
    [{ mcp_servers: [{ type: "url", url: "https://evil.test" }] }, /MCP servers/],
    [{ container: "container_1" }, /container/],
    [{ container: { skills: [1] } }, /container/],
    [{ plugins: [{ id: "web" }] }, /plugins/],
    [{ web_search_options: {} }, /web_search_options/],
    [{ web_search_options: { search_context_size: "low" } }, /web_search_options/],
    [{ Plugins: [{ id: "web" }] }, /plugins/],
    [{ model: "m:online" }, /:online/],
    [{ tools: [{ type: "web_fetch_20250910", name: "web_fetch" }] }, /web_fetch_20250910/],
    [{ tools: [{ type: "code_execution_20250825" }] }, /code_execution/],
    [{ tools: [{ type: "mcp_toolset" }] }, /mcp_toolset/],
    [{ tools: [{ type: "tomorrows_20300101" }] }, /tomorrows/],
    [{ tools: [{ type: ["x"] }, { type: 7 }] }, /unknown type/],
    [
      saying({ type: "tool_addition", tool: { type: "tool_definition", definition: { type: "web_fetch_1" } } }),
      /web_fe/,
    ],
    [{ fallbacks: [{ model: "m:online" }] }, /:online/],
  ])("%j is something to reach, and may run the model several times", (part, what) => {
    const facts = read({ model: "m", ...(typeof part === "object" ? part : {}) });
    expect("reaches" in facts && [...facts.reaches].join()).toMatch(what);
    expect(facts).toMatchObject({ samplings: 10, searchesWeb: false });
  });

  test.each([
    ["one in a message", saying({ type: "resource_link", uri: "https://evil.test" })],
    ["one that is no list", { model: "m", messages: [{ content: { type: "video", url: "https://evil.test" } }] }],
    ["one in a tool's result", saying({ type: "tool_result", content: [{ type: "input_file" }] })],
    ["one in the system prompt", { model: "m", system: [{ type: "tomorrows" }] }],
    ["one in a document", saying({ type: "document", source: { type: "content", content: [{ type: "x" }] } })],
    ["in capitals", saying({ type: "TEXT" })],
    ["the second of two", JSON.stringify(saying({ type: "text" })).replace('"text"', '"text","type":"video"')],
    ["the first of two", JSON.stringify(saying({ type: "video" })).replace('"video"', '"video","type":"text"')],
    ["one that is no word", saying({ type: ["text"] })],
    ["one that is nothing", saying({ type: null })],
  ])("a content block of a type that nobody here knows is something to reach: %s", (_title, body) => {
    const facts = read(body);
    expect("reaches" in facts && [...facts.reaches].join()).toMatch(/a content block (?:that Praktor|whose type)/);
    expect(facts).toMatchObject({ samplings: 1 });
  });

  test("every content block that Claude Code knows is none, nor what tools' results hold", () => {
    // From its own list.
    const own =
      `advisor_tool_result bash_code_execution_tool_result code_execution_tool_result compaction document fallback image
      mcp_tool_listing mcp_tool_result mcp_tool_use redacted_thinking search_result server_tool_use text
      text_editor_code_execution_tool_result thinking tool_result tool_search_tool_result tool_addition tool_removal tool_use
      web_fetch_tool_result web_search_tool_result connector_text mid_conv_system tool_reference`.split(/\s+/);
    const results = [
      { type: "web_search_tool_result", content: [{ type: "web_search_result", url: "https://x" }] },
      { type: "web_fetch_tool_result", content: { type: "web_fetch_result", content: { type: "document" } } },
      { type: "tool_search_tool_result", content: { type: "tool_search_tool_search_result", tool_references: [{}] } },
      { type: "bash_code_execution_tool_result", content: { type: "bash_code_execution_tool_result_error" } },
    ];
    const facts = read(saying(...own.map((type) => ({ type })), ...results));
    expect(facts).toMatchObject({ reaches: new Set(), samplings: 1 });
  });

  test("a web search is told apart; a search among the request's own tools, or another model's advice, reaches nothing", () => {
    expect(read({ model: "m", tools: [{ type: "web_search_20250305" }] })).toMatchObject({
      searchesWeb: true,
      reaches: new Set(),
      samplings: 10,
    });
    for (const type of ["tool_search_tool_bm25_20251119", "advisor_20260301"]) {
      expect(read({ model: "m", tools: [{ type }] })).toMatchObject({
        searchesWeb: false,
        reaches: new Set(),
        samplings: 10,
      });
    }
  });

  test("what makes it dearer", () => {
    expect(read({ model: "m", speed: "fast" })).toMatchObject({ fast: true, usOnly: true });
    expect(read({ model: "m", inference_geo: "us" })).toMatchObject({ fast: false, usOnly: true });
    expect(read({ model: "m", context_management: { edits: [{ type: "compact_20260112" }] } })).toMatchObject({
      samplings: 10,
    });
    expect(read({ model: "m", context_management: { edits: [{ type: "clear_thinking_20251015" }] } })).toMatchObject({
      samplings: 1,
    });
    expect(read(saying({ type: "document", source: { type: "base64", data: "eA==" } }))).toMatchObject({
      openInput: true,
    });
  });

  test("models that may answer instead, at the most that each may write", () => {
    const usual = { otherModels: [], samplings: 1, fast: false, maxOutputTokens: 9 };
    const of = (fallbacks: unknown): unknown => read({ model: "m", max_tokens: 9, speed: "standard", fallbacks });
    expect(of(null)).toMatchObject(usual);
    expect(of([])).toMatchObject(usual);
    expect(of("default")).toMatchObject({ ...usual, otherModels: [""], samplings: 4 });
    const entries = [
      { model: "a", max_tokens: 70 },
      { model: "b", speed: "fast", max_tokens: null },
    ];
    const both = { otherModels: ["a", "b"], samplings: 3, fast: true, reaches: new Set() };
    expect(of(entries)).toMatchObject({ ...both, maxOutputTokens: 70 });
    expect(read({ fallbacks: entries, model: "m", max_tokens: 100 })).toMatchObject({ ...both, maxOutputTokens: 100 });
    // Without a limit of its own the request is bounded by none.
    expect(read({ model: "m", fallbacks: entries })).toMatchObject({ ...both, maxOutputTokens: null });
    expect(of({ model: "a" })).toMatchObject({ otherModels: [""] });
  });

  test("what the endpoint keeps is of any length, and what it sums up is a further run", () => {
    for (const kept of [
      { thread: { type: "continue", previous_message_id: "msg_1" } },
      { resumption: { type: "enabled", token: "t" } },
    ]) {
      const facts = read({ model: "m", ...kept });
      expect(facts).toMatchObject({ openInput: true });
      // The words by which Claude Code knows that it is to do without.
      expect("reaches" in facts && [...facts.reaches].join()).toMatch(
        /(thread|resumption): Extra inputs are not permitted/,
      );
    }
    expect(read({ model: "m", resumption: { type: "enabled" }, thread: null })).toMatchObject({
      openInput: false,
      reaches: new Set(),
    });
    for (const summed of [
      { compaction: { type: "summarize" } },
      { context_management: { tomorrow: true } },
      { context_management: [{ type: "compaction" }] },
    ])
      expect(read({ model: "m", ...summed })).toMatchObject({ samplings: 10 });
  });

  test("every name that Claude Code and the Messages API have for what stays here passes, any other is something to reach", () => {
    const names = `betas cache_control context_hint data_flow diagnostics fallback_credit_token metadata output_config
      output_format program_use_case_id safeguards service_tier stop_sequences stream tags temperature thinking tool_choice
      top_k top_p`.split(/\s+/);
    expect(read({ model: "m", ...Object.fromEntries(names.map((name) => [name, { a: 1 }])) })).toMatchObject({
      reaches: new Set(),
      samplings: 1,
      openInput: false,
    });
    for (const name of ["search_parameters", "Web_Search", "stream\u0000", "", "x".repeat(3_000)]) {
      const facts = read({ model: "m", [name]: null });
      expect("reaches" in facts && [...facts.reaches]).toHaveLength(1);
    }
    expect("reaches" in read({ model: "m", "a\nb": 1 }) && read({ model: "m", "a\nb": 1 })).toMatchObject({
      reaches: new Set([String.raw`something that Praktor does not know (a\nb: Extra inputs are not permitted)`]),
    });
  });

  test.each([
    ['{"model":"m","fallbacks":[{"model":7}]}', /fallbacks name what is no model/],
    [`{"model":"m","fallbacks":[${'{"model":"m"},'.repeat(8)}{"model":"m"}]}`, /too many/],
    ['{"model":"m","fallbacks":[{"model":"m","max_tokens":"9"}]}', /max_tokens is no number/],
    ['{"model":"cheap","model":"dear"}', /model twice/],
    [String.raw`{"model":"cheap","\u006dodel":"dear"}`, /model twice/],
    ['{"model":"m","max_tokens":1,"Max_Tokens":9}', /max_tokens twice/],
    ['{"model":"m","max_tokens":"64000"}', /max_tokens is no number/],
    ['{"model":"m","max_tokens":-1}', /max_tokens is no number/],
    ['{"model":"cheap","models":["dear"]}', /other models/],
    ['{"model":"cheap","models":"dear"}', /other models/],
    ['{"model":{"a":1}}', /no name of a model/],
    ['{"model":"m"}x', /no JSON/],
    ["{", /no JSON/],
  ])("%s is refused", (body, problem) => {
    const facts = read(body);
    expect("problem" in facts && facts.problem).toMatch(problem);
  });
});
