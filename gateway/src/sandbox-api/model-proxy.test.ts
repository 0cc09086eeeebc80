import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { EndpointBench, realKey, tokenOf } from "./testing/endpoint-bench.ts";
import { ApiError, auth, post } from "./testing/model-calls.ts";

const patient = { timeout: 20_000 };
const runs = process.env["PRAKTOR_LONG"] === "1" ? 10_000 : 1_000;

async function firstPiece(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const piece = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(piece?.value);
}

describe("credentials", () => {
  test.each([
    { type: "api_key", key: realKey } as const,
    { type: "oauth", token: realKey } as const,
    { type: "auth_token", token: realKey } as const,
  ])("$type is added, and nothing of the sandbox's own goes on", async (credential) => {
    await using bench = await EndpointBench.start(credential);
    const headers = {
      authorization: `Bearer ${tokenOf("a")}`,
      "x-api-key": tokenOf("a"),
      cookie: "session=1",
      "proxy-authorization": "Basic eA==",
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "oauth-2025-04-20",
    };
    expect((await post(bench, { headers })).status).toBe(200);
    const [asked] = bench.upstream.asked;
    expect(asked?.url).toBe("/v1/messages?beta=true");
    expect(asked?.headers).toMatchObject({ "anthropic-version": "2023-06-01", "anthropic-beta": "oauth-2025-04-20" });
    expect(asked?.headers["x-api-key"]).toBe(credential.type === "api_key" ? realKey : undefined);
    expect(asked?.headers.authorization).toBe(credential.type === "api_key" ? undefined : `Bearer ${realKey}`);
    expect(JSON.stringify(asked?.headers)).not.toContain(tokenOf("a"));
    expect(asked?.headers).not.toHaveProperty("cookie");
    expect(asked?.headers).not.toHaveProperty("proxy-authorization");
  });

  test("either header opens the door, a wrong one does not", async () => {
    await using bench = await EndpointBench.start();
    expect((await post(bench, { headers: { "x-api-key": tokenOf("a") } })).status).toBe(200);
    expect((await post(bench, { headers: { "x-api-key": realKey } })).status).toBe(401);
    expect((await post(bench, { headers: {} })).status).toBe(401);
    expect(bench.upstream.asked).toHaveLength(1);
  });

  test("without one, the answer says what to set and nothing goes out", async () => {
    await using bench = await EndpointBench.start(null);
    const answer = await post(bench);
    expect(answer.status).toBe(401);
    expect(ApiError.parse(await answer.json()).error.message).toContain("ANTHROPIC_API_KEY");
    expect(bench.upstream.asked).toEqual([]);
  });

  test("a refusal of the key comes through as it is, also after a streamed request", async () => {
    await using bench = await EndpointBench.start();
    bench.upstream.answer = (request, response) => {
      request.resume().once("end", () => {
        response.writeHead(401, { "content-type": "application/json", "set-cookie": "a=b" });
        response.end(`{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}`);
      });
    };
    const answer = await post(bench, { body: "x".repeat(300_000) });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(ApiError.parse(await answer.json()).error.message).toBe("invalid x-api-key");
  });

  test("an endpoint that repeats the key in its refusal does not tell it to the sandbox, in pieces neither", async () => {
    await using bench = await EndpointBench.start();
    const message = `{"type":"error","error":{"type":"authentication_error","message":"no such key: ${realKey}, ${btoa(realKey)}"}}`;
    bench.upstream.answer = (request, response) => {
      request.resume().once("end", () => {
        response.writeHead(401, { "content-type": "application/json" });
        for (const letter of message) response.write(letter);
        response.end();
      });
    };
    const answer = await post(bench);
    expect(answer.status).toBe(401);
    expect(ApiError.parse(await answer.json()).error.message).toBe("no such key: [redacted], [redacted]");
  });

  test("of a request's headers only those go out that Claude Code's calls need", async () => {
    await using bench = await EndpointBench.start();
    const known = {
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "a-2026-01-01",
      "x-stainless-lang": "js",
      "x-claude-code-session-id": "s1",
      "user-agent": "claude-cli/2",
    };
    const unknown = {
      "x-cc-internal-tool-provenance-server-url": "https://evil.test/?data",
      "x-forwarded-host": "evil.test",
      "x-litellm-api-base": "https://evil.test",
      "x-http-method-override": "GET",
      referer: "https://evil.test",
    };
    expect((await post(bench, { headers: { ...auth, ...known, ...unknown } })).status).toBe(200);
    const headers = bench.upstream.asked[0]?.headers ?? {};
    expect(headers).toMatchObject(known);
    for (const name of Object.keys(unknown)) expect(headers).not.toHaveProperty(name);
    expect(JSON.stringify(headers)).not.toContain("evil");
  });

  test("headers that name a hop, or that no client may forward, do not keep a call from going out", async () => {
    await using bench = await EndpointBench.start();
    const headers = { ...auth, expect: "100-continue", te: "trailers", "keep-alive": "timeout=5", connection: "close" };
    expect((await bench.raw("POST", "/model/v1/messages", headers)).status).toBe(200);
  });
});

describe("what the endpoint would fetch", () => {
  const image = { type: "image", source: { type: "url", url: "https://evil.test/?data=workspace" } };
  const fetching = { model: "m", messages: [{ role: "user", content: [{ type: "tool_result", content: [image] }] }] };
  const searching = { model: "m", tools: [{ type: "web_search_20250305", name: "web_search" }] };
  const plain = { model: "m", messages: [{ role: "user", content: "https://evil.test" }] };
  const ask = async (bench: EndpointBench, body: unknown, path = ""): Promise<[number, string]> => {
    const url = `${bench.url}/model/v1/messages${path}`;
    const answer = await fetch(url, { method: "POST", headers: auth, body: JSON.stringify(body) });
    return [answer.status, await answer.text()];
  };

  test("goes out for an open network only, and nothing else is changed", async () => {
    await using bench = await EndpointBench.start();
    let seen = "";
    bench.upstream.answer = (request, response) => {
      request.on("data", (chunk: Buffer) => (seen += chunk.toString("utf8"))).once("end", () => response.end("{}"));
    };
    expect((await ask(bench, fetching))[0]).toBe(200);
    for (const policy of ["none", "allowlist"] as const) {
      bench.rules.set("a", { ownerId: "a", policy, allow: ["evil.test"], ask: [] });
      for (const path of ["", "/count_tokens"]) {
        const [status, text] = await ask(bench, fetching, path);
        expect(status).toBe(400);
        expect(ApiError.parse(JSON.parse(text)).error.message).toContain("an image or document by URL");
      }
      seen = "";
      expect((await ask(bench, plain))[0]).toBe(200);
      expect(seen).toBe(JSON.stringify(plain));
    }
    expect(bench.upstream.asked).toHaveLength(3);
  });

  test("what Praktor does not know goes out for an open network only, and is refused in the API's own words", async () => {
    await using bench = await EndpointBench.start();
    expect((await ask(bench, { ...plain, search_parameters: { mode: "on" } }))[0]).toBe(200);
    bench.rules.set("a", { ownerId: "a", policy: "none", allow: [], ask: [] });
    const [status, text] = await ask(bench, { ...plain, search_parameters: { mode: "on" } });
    expect(status).toBe(400);
    expect(ApiError.parse(JSON.parse(text)).error.message).toContain(
      "search_parameters: Extra inputs are not permitted",
    );
    expect(bench.upstream.asked).toHaveLength(1);
  });

  test("what stands behind the address and Praktor does not know goes out for an open network only", async () => {
    await using bench = await EndpointBench.start();
    const statusOf = async (query: string): Promise<number> => (await ask(bench, plain, query))[0];
    const odd = ["?plugins=web", "?beta=true&plugins=web", "?beta=https://evil.test", "?beta=true?x=1"];
    for (const query of [...odd, "?beta=true", ""]) expect(await statusOf(query)).toBe(200);
    bench.rules.set("a", { ownerId: "a", policy: "none", allow: [], ask: [] });
    for (const query of odd) expect(await statusOf(query)).toBe(400);
    for (const query of ["?beta=true", ""]) expect(await statusOf(query)).toBe(200);
    expect(bench.upstream.asked).toHaveLength(8);
  });

  test("what was read as JSON is sent as nothing else", async () => {
    await using bench = await EndpointBench.start();
    bench.rules.set("a", { ownerId: "a", policy: "none", allow: [], ask: [] });
    const headers = { ...auth, "content-type": "application/json; charset=utf-7", "content-encoding": "identity" };
    expect((await post(bench, { body: JSON.stringify(plain), headers })).status).toBe(200);
    expect(bench.upstream.asked[0]?.headers).toMatchObject({ "content-type": "application/json" });
    expect(bench.upstream.asked[0]?.headers).not.toHaveProperty("content-encoding");
  });

  test("a web search within an allowlist is the settings' choice, without a network nobody's", async () => {
    await using bench = await EndpointBench.start();
    for (const [policy, webSearch, status] of [
      ["allowlist", false, 400],
      ["allowlist", true, 200],
      ["none", true, 400],
      ["open", false, 200],
    ] as const) {
      bench.rules.set("a", { ownerId: "a", policy, allow: [], ask: [] });
      bench.webSearch = webSearch;
      expect((await ask(bench, searching))[0]).toBe(status);
    }
    bench.rules.set("a", { ownerId: "a", policy: "allowlist", allow: [], ask: [] });
    bench.webSearch = true;
    expect((await ask(bench, { ...searching, ...fetching }))[0]).toBe(400);
  });
});

test("what is metered is told with Claude's session, and how the endpoint did", async () => {
  await using bench = await EndpointBench.start();
  await (await post(bench, { headers: { ...auth, "x-claude-code-session-id": "s1" } })).text();
  bench.upstream.answer = (request, response) => {
    request.resume().once("end", () => {
      response.writeHead(529, { "content-type": "application/json" });
      response.end(`{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`);
    });
  };
  await (await post(bench)).text();
  await vi.waitFor(() => expect(bench.calls.map(({ sessionId }) => sessionId)).toEqual(["s1", null]), patient);
  expect(bench.outcomes).toEqual([
    { type: "answered", status: 200, error: null },
    { type: "answered", status: 529, error: "Overloaded" },
  ]);
});

describe("paths", () => {
  const allowed = /^(POST \/v1\/messages(\/count_tokens)?|GET \/v1\/models(\/[A-Za-z0-9._-]{1,128})?)$/;
  const pieces =
    `v1 messages count_tokens models claude-x .. . %2e%2e %2E. %2f ..%2f %5c \\ ; @evil.test evil.test:80 %00
    %0d%0aHost:x files organizations V1 messages%20 http: [ # // model credential %C3%A9`.split(/\s+/);
  const starts =
    `/model/ /model// //model/ /model/v1/ /model/v1/messages /model/v1/messages/ /model/v1/models/ /model /MODEL/
    http://evil.test/model/`.split(/\s+/);
  const ends = ["", "?beta=true", "?a=/v1/messages", "?x=1?y=2#z", "#/v1/messages"];
  const target = fc
    .tuple(
      fc.constantFrom(...starts),
      fc.array(fc.constantFrom("", ...pieces), { maxLength: 4 }),
      fc.constantFrom(...ends),
    )
    .map(([start, path, end]) => start + path.join("/") + end);

  test.each([
    "//v1/messages",
    "//evil.test/v1/messages",
    "/v1/messages/../x",
    "/v1/messages/..%2f../x",
    "/v1%2fmessages",
    "/v1/messages/",
    "/v1/messages/batches",
    "/v1/files",
    "/../model/v1/organizations",
    "/../abcdef/v1/messages",
    "/../12345/v1/messages",
    "//[",
    "/v1/models/a/b",
  ])("%s is refused", async (path) => {
    await using bench = await EndpointBench.start();
    const answer = await bench.raw("POST", `/model${path}`, auth);
    expect(answer.status).toBe(404);
    expect(ApiError.parse(JSON.parse(answer.text)).error.type).toBe("not_found_error");
    expect(bench.upstream.asked).toEqual([]);
  });

  test(
    `of ${runs} generated targets only the Messages API's reach it, and none is an error of the gateway's`,
    { timeout: 180_000 },
    async () => {
      await using bench = await EndpointBench.start();
      const method = fc.constantFrom("POST", "GET", "PUT", "DELETE", "OPTIONS", "PATCH");
      let through = 0;
      await fc.assert(
        fc.asyncProperty(method, target, async (verb, path) => {
          bench.upstream.asked.length = 0;
          const answer = await bench.raw(verb, path, auth);
          through += bench.upstream.asked.length;
          for (const asked of bench.upstream.asked) {
            expect(`${asked.method} ${asked.url.split("?")[0]}`).toMatch(allowed);
            expect(asked.headers.host).toBe(new URL(bench.upstream.url).host);
          }
          expect(answer.status).toBeLessThan(500);
          expect(answer.status === 200).toBe(bench.upstream.asked.length === 1);
        }),
        { numRuns: runs },
      );
      expect(through).toBeGreaterThan(0);
    },
  );
});

describe("streams", () => {
  test("the first byte of an answer arrives while the model still writes, and what it cost is noted at the end", async () => {
    await using bench = await EndpointBench.start();
    const finish = Promise.withResolvers<void>();
    bench.upstream.answer = (request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(
        `data: {"type":"message_start","message":{"model":"claude-x","usage":{"input_tokens":3,"cache_read_input_tokens":9}}}\n\n`,
      );
      void finish.promise.then(() =>
        response.end(`data: {"type":"message_delta","usage":{"output_tokens":5}}\n\ndata: {"type":"message_stop"}\n\n`),
      );
    };
    const answer = await post(bench);
    const reader = answer.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toContain("message_start");
    expect(bench.calls).toEqual([]);
    finish.resolve();
    let rest = "";
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
      rest += new TextDecoder().decode(next.value);
    }
    expect(rest).toContain("message_stop");
    expect(bench.calls).toMatchObject([
      { groupId: "a", model: "claude-x", status: 200, usage: { inputTokens: 3, outputTokens: 5, cacheReadTokens: 9 } },
    ]);
  });

  test("the request's first byte reaches the model before its last is written", async () => {
    await using bench = await EndpointBench.start();
    const seen = Promise.withResolvers<string>();
    bench.upstream.answer = (request, response) => {
      request.once("data", (chunk: Buffer) => seen.resolve(chunk.toString("utf8")));
      request.once("end", () => response.end("{}"));
    };
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const answer = post(bench, { body: readable, duplex: "half" });
    await writer.write(new TextEncoder().encode("begin"));
    expect(await seen.promise).toBe("begin");
    await writer.close();
    expect((await answer).status).toBe(200);
  });

  test("when the sandbox hangs up the model stops writing, and what came so far is metered once", async () => {
    await using bench = await EndpointBench.start();
    const stopped = Promise.withResolvers<void>();
    bench.upstream.answer = (request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "text/event-stream" });
      const timer = setInterval(() => {
        response.write(`data: {"type":"message_delta","usage":{"output_tokens":2}}\n\n`);
      }, 5);
      response.once("close", () => {
        clearInterval(timer);
        stopped.resolve();
      });
    };
    expect(await firstPiece(await post(bench))).toContain("message_delta");
    await stopped.promise;
    await vi.waitFor(() => expect(bench.calls).toHaveLength(1), patient);
    expect(bench.calls[0]?.usage.outputTokens).toBeGreaterThanOrEqual(2);
  });

  test("when the sandbox hangs up before the model's first word, the call is cut too", async () => {
    await using bench = await EndpointBench.start();
    const [arrived, stopped] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    bench.upstream.answer = (request, response) => {
      request.resume();
      arrived.resolve();
      response.once("close", () => stopped.resolve());
    };
    const caller = new AbortController();
    const answer = post(bench, { signal: caller.signal });
    await arrived.promise;
    caller.abort();
    await expect(answer).rejects.toThrow(/abort/);
    await stopped.promise;
  });

  test("an answer that the model cuts is cut for the sandbox, never ended as if it were whole", async () => {
    await using bench = await EndpointBench.start();
    bench.upstream.answer = (request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: {}\n\n");
      setTimeout(() => response.destroy(), 30);
    };
    const answer = await post(bench);
    await expect(answer.text()).rejects.toThrow("terminated");
    expect(bench.calls).toHaveLength(1);
  });
});

test("an endpoint that cannot be reached is a 502 in the API's own shape", async () => {
  await using bench = await EndpointBench.start({ type: "api_key", key: realKey }, "http://127.0.0.1:1");
  const answer = await post(bench);
  expect(answer.status).toBe(502);
  const { error } = ApiError.parse(await answer.json());
  // Of where it is and why it does not answer an agent reads nothing.
  expect(error.message).toBe("Praktor could not reach the model endpoint; its log says why.");
  expect(error.message).not.toContain(realKey);
});
