import { describe, expect, test, vi } from "vitest";
import { silentLogger } from "../kit/logger.ts";
import { ModelProxy, type ModelCall } from "./model-proxy.ts";
import { EndpointBench, realKey, spendingOf, tokenOf } from "./testing/endpoint-bench.ts";
import { ApiError, auth, post } from "./testing/model-calls.ts";

const patient = { timeout: 20_000 };

describe("budgets", () => {
  /** 100 tokens read, 90 written: a tenth of a cent. */
  const answered = `{"model":"m","usage":{"input_tokens":100,"output_tokens":90}}`;
  const ask = JSON.stringify({ model: "m", max_tokens: 90, messages: [] });
  const answering = (bench: EndpointBench): void => {
    bench.upstream.answer = (request, response) => {
      request.resume().once("end", () => response.setHeader("content-type", "application/json").end(answered));
    };
  };

  test("a group whose budget is spent is refused before the call goes out, others are not", async () => {
    await using bench = await EndpointBench.start();
    bench.spending = spendingOf(0.0015);
    answering(bench);
    for (let call = 0; call < 2; call += 1) expect((await post(bench, { body: ask })).status).toBe(200);
    await vi.waitFor(() => expect(bench.calls).toHaveLength(2), patient);
    const refused = await post(bench, { body: ask });
    expect(refused.status).toBe(402);
    expect(ApiError.parse(await refused.json()).error).toMatchObject({
      type: "billing_error",
      message: expect.stringContaining("This group has used its budget of $0.0015 for today"),
    });
    expect(bench.upstream.asked).toHaveLength(2);
    const other = { authorization: `Bearer ${tokenOf("b")}` };
    expect((await post(bench, { body: ask, headers: other })).status).toBe(200);
    expect(bench.calls.map(({ cost }) => cost.usd)).toEqual([0.001, 0.001, 0.001]);
  });

  test("an answer of a fallback counts as the dearest of those that may have written in it", async () => {
    await using bench = await EndpointBench.start();
    const dear = { input: 100, output: 1_000, cacheWrite5m: 100, cacheWrite1h: 100, cacheRead: 100 };
    bench.spending = spendingOf(50, () => {}, { dear });
    answering(bench);
    const call = async (body: object): Promise<void> =>
      void (await (await post(bench, { body: JSON.stringify(body) })).text());
    await call({ model: "dear", max_tokens: 90, messages: [], fallbacks: [{ model: "m" }] });
    await call({ model: "m", max_tokens: 90, messages: [], fallbacks: [{ model: "dear" }] });
    await vi.waitFor(
      () =>
        expect(bench.calls.map(({ cost }) => cost)).toEqual([
          { usd: 0.001, countedUsd: 0.1 },
          { usd: 0.001, countedUsd: 0.001 },
        ]),
      patient,
    );
  });

  test("tokens are counted and models listed for nothing, also when it is spent", async () => {
    await using bench = await EndpointBench.start();
    bench.spending = spendingOf(0.0001);
    answering(bench);
    await (await post(bench, { body: ask })).text();
    expect((await post(bench, { body: ask })).status).toBe(402);
    const counted = await fetch(`${bench.url}/model/v1/messages/count_tokens`, { method: "POST", headers: auth });
    expect([counted.status, (await fetch(`${bench.url}/model/v1/models`, { headers: auth })).status]).toEqual([
      200, 200,
    ]);
    expect(bench.calls).toHaveLength(1);
  });

  test("of 20 calls at once at most one goes over", async () => {
    await using bench = await EndpointBench.start();
    bench.spending = spendingOf(0.0045);
    answering(bench);
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const answer = await post(bench, { body: ask });
        await answer.text();
        return answer.status;
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(5);
    expect(statuses.filter((status) => status === 402)).toHaveLength(15);
    expect(bench.upstream.asked).toHaveLength(5);
  });

  test("a caller that hangs up, and an endpoint that is away, hold nothing back for the next", async () => {
    await using bench = await EndpointBench.start();
    bench.spending = spendingOf(0.1);
    const arrived = Promise.withResolvers<void>();
    bench.upstream.answer = (request) => request.resume().once("end", () => arrived.resolve());
    const caller = new AbortController();
    const dear = JSON.stringify({ model: "m", max_tokens: 9_000, messages: [] });
    const first = post(bench, { body: dear, signal: caller.signal });
    await arrived.promise;
    const second = post(bench, { body: dear });
    answering(bench);
    caller.abort();
    await expect(first).rejects.toThrow(/abort/);
    expect((await second).status).toBe(200);
  });

  /** Without the endpoint before it: that its caller has gone is known at once. */
  const proxyTo = (bench: EndpointBench, calls: ModelCall[], lingerMs: number): ModelProxy =>
    new ModelProxy({
      baseUrl: bench.upstream.url,
      credential: { type: "api_key", key: realKey },
      logger: silentLogger,
      now: () => 0,
      spending: spendingOf(10),
      onCall: (call) => calls.push(call),
      onOutcome: () => {},
      lingerMs,
      reachOf: () => Promise.resolve("anything"),
    });

  test("nor does an answer that nobody reads when its caller goes", async () => {
    await using bench = await EndpointBench.start();
    bench.upstream.answer = (request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      request.resume().once("end", () => response.write(`data: {"usage":{"output_tokens":90}}\n\n`));
    };
    const calls: ModelCall[] = [];
    const proxy = proxyTo(bench, calls, 0);
    const caller = new AbortController();
    const request = new Request("http://gateway/", { method: "POST", body: ask, signal: caller.signal });
    const answer = await proxy.handle("a", request, "/v1/messages");
    expect(answer.status).toBe(200);
    // One piece waits in the answer's stream by now, and no more is asked for.
    await new Promise((resolve) => setTimeout(resolve, 100));
    caller.abort();
    await vi.waitFor(() => expect(calls).toMatchObject([{ usage: { outputTokens: 90 } }]), patient);
  });

  const started = `data: {"type":"message_start","message":{"model":"m","usage":{"input_tokens":10,"output_tokens":1}}}\n\n`;
  const word = `data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"${"word ".repeat(200)}"}}\n\n`;
  const long = JSON.stringify({ model: "m", max_tokens: 1_500, stream: true });

  test("a stream that is hung up before it is counted costs what it wrote, and no more than it may", async () => {
    await using bench = await EndpointBench.start();
    bench.spending = spendingOf(1);
    for (const [words, atLeast] of [
      [1, 1_000],
      [9, 1_500],
    ] as const) {
      bench.upstream.answer = (request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        request.resume().once("end", () => response.write(started + word.repeat(words)));
      };
      const caller = new AbortController();
      const answer = await post(bench, { body: long, signal: caller.signal });
      const reader = answer.body?.getReader();
      let text = "";
      while (text.length < started.length + words * word.length)
        text += new TextDecoder().decode((await reader?.read())?.value);
      caller.abort();
      await vi.waitFor(() => expect(bench.calls).toHaveLength(1), patient);
      const { usage } = bench.calls.pop() ?? {};
      expect(usage?.inputTokens).toBe(10);
      expect(usage?.outputTokens).toBeGreaterThanOrEqual(atLeast);
      expect(usage?.outputTokens).toBeLessThanOrEqual(1_500);
    }
  });

  test("one that is hung up before its first byte costs what it read: as told soon after, or else at most", async () => {
    await using bench = await EndpointBench.start();
    bench.spending = spendingOf(1);
    for (const answers of [true, false]) {
      const arrived = Promise.withResolvers<void>();
      const gone = Promise.withResolvers<void>();
      bench.upstream.answer = (request, response) => {
        response.once("close", () => gone.resolve());
        request.resume().once("end", () => {
          arrived.resolve();
          // The gateway still listens when the caller does not.
          if (answers) setTimeout(() => response.setHeader("content-type", "text/event-stream").write(started), 50);
        });
      };
      const caller = new AbortController();
      const answer = post(bench, { body: long, signal: caller.signal });
      await arrived.promise;
      caller.abort();
      await expect(answer).rejects.toThrow(/abort/);
      await gone.promise;
      await vi.waitFor(() => expect(bench.calls).toHaveLength(1), patient);
      const { usage } = bench.calls.pop() ?? {};
      expect((usage?.inputTokens ?? 0) + (usage?.cacheWriteTokens ?? 0)).toBe(answers ? 10 : long.length);
    }
  });

  test("of eight that are hung up before their first byte each is read on until it is told what it read", async () => {
    await using bench = await EndpointBench.start();
    const calls: ModelCall[] = [];
    using proxy = proxyTo(bench, calls, 60_000);
    const arrived = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    let waiting = 0;
    bench.upstream.answer = (request, response) => {
      request.resume().once("end", () => {
        void gone.promise.then(() => response.setHeader("content-type", "text/event-stream").write(started));
        waiting += 1;
        if (waiting === 8) arrived.resolve();
      });
    };
    const callers = Array.from({ length: 8 }, () => new AbortController());
    const answers = callers.map(({ signal }) =>
      proxy.handle("a", new Request("http://gateway/", { method: "POST", body: long, signal }), "/v1/messages"),
    );
    await arrived.promise;
    for (const caller of callers) caller.abort();
    gone.resolve();
    await Promise.all(answers);
    await vi.waitFor(() => expect(calls).toHaveLength(8), patient);
    expect(calls.map(({ usage }) => usage.inputTokens + usage.cacheWriteTokens)).toEqual(Array(8).fill(10));
  });

  test("one with a document is waited for longer: its pages are read first", async () => {
    await using bench = await EndpointBench.start();
    bench.spending = spendingOf(100);
    const source = { type: "base64", media_type: "application/pdf", data: "eA==" };
    const paged = JSON.stringify({
      model: "m",
      max_tokens: 9,
      messages: [{ content: [{ type: "document", source }] }],
    });
    const [bothArrived, plainGone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let arrived = 0;
    bench.upstream.answer = (request, response) => {
      const isPaged = request.headers["x-client-request-id"] === "paged";
      if (!isPaged) response.once("close", () => plainGone.resolve());
      request.resume().once("end", () => {
        arrived += 1;
        if (arrived === 2) bothArrived.resolve();
        if (!isPaged) return;
        void plainGone.promise.then(() => response.setHeader("content-type", "text/event-stream").write(started));
      });
    };
    const caller = new AbortController();
    const { signal } = caller;
    const asked = [
      post(bench, { body: paged, headers: { ...auth, "x-client-request-id": "paged" }, signal }),
      post(bench, { body: long, signal }),
    ];
    await bothArrived.promise;
    caller.abort();
    for (const answer of asked) await expect(answer).rejects.toThrow(/abort/);
    await vi.waitFor(() => expect(bench.calls).toHaveLength(2), patient);
    const read = bench.calls.map(({ usage }) => usage.inputTokens + usage.cacheWriteTokens);
    expect(read).toEqual([long.length, 10]);
  });

  test("an endpoint that cannot be reached has read nothing", async () => {
    await using bench = await EndpointBench.start({ type: "api_key", key: realKey }, "http://127.0.0.1:1");
    bench.spending = spendingOf(1);
    expect((await post(bench, { body: long })).status).toBe(502);
    expect(bench.calls).toEqual([]);
    expect(bench.spending.states([{ id: "a", dayBudgetUsd: "default" }])[0]?.usedUsd).toBe(0);
  });

  test("a call that the endpoint breaks off before it told anything costs nothing, later what it told", async () => {
    await using bench = await EndpointBench.start();
    bench.spending = spendingOf(1);
    const used = (): number => bench.spending.states([{ id: "a", dayBudgetUsd: "default" }])[0]?.usedUsd ?? 0;
    bench.upstream.answer = (request) => {
      request.resume().once("end", () => request.socket.resetAndDestroy());
    };
    expect((await post(bench, { body: long })).status).toBe(502);
    expect([used(), bench.calls]).toEqual([0, []]);
    for (const [sent, read] of [
      [": nothing yet\n\n", 0],
      [started, 10],
    ] as const) {
      const cut = Promise.withResolvers<void>();
      bench.upstream.answer = (request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        request.resume().once("end", () => response.write(sent));
        void cut.promise.then(() => request.socket.resetAndDestroy());
      };
      const reader = (await post(bench, { body: long })).body?.getReader();
      await reader?.read();
      expect(used()).toBe(0);
      cut.resolve();
      await expect(reader?.read()).rejects.toThrow("terminated");
      await vi.waitFor(() => expect(bench.calls).toHaveLength(1), patient);
      expect(bench.calls.pop()?.usage).toMatchObject({ inputTokens: read, cacheWriteTokens: 0 });
      expect(used() > 0).toBe(read > 0);
    }
    expect(bench.outcomes.map(({ type }) => type)).toEqual(["failed", "failed", "failed"]);
  });

  test.each(["headers", "body"])(
    "one whose %s are not waited for any longer costs what it can at most",
    async (part) => {
      const calls: ModelCall[] = [];
      const cause = Object.assign(new Error("timed out"), { code: `UND_ERR_${part.toUpperCase()}_TIMEOUT` });
      const late = new TypeError("terminated", { cause });
      const answer = new ReadableStream({ pull: (controller) => controller.error(late) });
      const fetching = vi.spyOn(globalThis, "fetch").mockImplementation(async (_url, init) => {
        await new Response(init?.body).text();
        if (part === "headers") throw late;
        return new Response(answer, { headers: { "content-type": "text/event-stream" } });
      });
      using _restored = { [Symbol.dispose]: () => fetching.mockRestore() };
      const proxy = new ModelProxy({
        baseUrl: "http://127.0.0.1:1",
        credential: { type: "api_key", key: realKey },
        logger: silentLogger,
        now: () => 0,
        spending: spendingOf(1),
        onCall: (call) => calls.push(call),
        onOutcome: () => {},
        reachOf: () => Promise.resolve("anything"),
      });
      const request = new Request("http://gateway/", { method: "POST", body: long });
      await (await proxy.handle("a", request, "/v1/messages")).text().catch(() => "");
      expect(calls).toMatchObject([{ usage: { cacheWriteTokens: long.length } }]);
    },
  );

  test("an answer in one piece of 5 MB is counted, one that counts nothing as what it may have cost", async () => {
    await using bench = await EndpointBench.start();
    bench.spending = spendingOf(1);
    const usage = { input_tokens: 7, output_tokens: 9 };
    for (const answer of [{ content: "x".repeat(5_000_000), usage }, { content: "x".repeat(2_000) }]) {
      bench.upstream.answer = (request, response) => {
        const send = (): unknown => response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
        request.resume().once("end", send);
      };
      await (await post(bench, { body: long })).text();
    }
    await vi.waitFor(() => expect(bench.calls).toHaveLength(2), patient);
    expect(bench.calls[0]?.usage).toMatchObject({ inputTokens: 7, outputTokens: 9 });
    expect(bench.calls[1]?.usage).toMatchObject({ cacheWriteTokens: long.length, outputTokens: 1_500 });
  });

  test("a call whose prompt or whose runs nothing bounds goes out alone", async () => {
    await using bench = await EndpointBench.start();
    bench.spending = spendingOf(3);
    const source = { type: "url", url: "https://x.test/a.pdf" };
    const body = JSON.stringify({ model: "m", max_tokens: 1, messages: [{ content: [{ type: "document", source }] }] });
    const open: (() => void)[] = [];
    bench.upstream.answer = (request, response) => {
      const send = (): unknown =>
        response
          .setHeader("content-type", "application/json")
          .end(`{"model":"m","usage":{"input_tokens":900000,"output_tokens":1}}`);
      request.resume().once("end", () => open.push(send));
    };
    const statuses: number[] = [];
    const all = Array.from({ length: 6 }, async () => {
      const answer = await post(bench, { body });
      await answer.text();
      statuses.push(answer.status);
    });
    // Two may cost 2.2 dollars together; with three nobody knows.
    await vi.waitFor(() => expect(open).toHaveLength(2), patient);
    while (statuses.length < 6) {
      open.shift()?.();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await Promise.all(all);
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
  });

  test("within one a call that names no model is refused, not passed on", async () => {
    await using bench = await EndpointBench.start();
    bench.spending = spendingOf(1);
    for (const body of ["", "[]", "{", `{"model":7}`]) expect((await post(bench, { body })).status).toBe(400);
    expect(bench.upstream.asked).toEqual([]);
  });
});
