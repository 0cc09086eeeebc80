import { createHash, randomBytes } from "node:crypto";
import { createUser } from "@nats-io/nkeys";
import { filePath } from "@praktor/protocol/sandbox-endpoint";
import { describe, expect, test } from "vitest";
import { hashSandboxToken } from "../kit/sandbox-token.ts";
import { EndpointBench, tokenOf } from "./testing/endpoint-bench.ts";

const as = (groupId: string): Record<string, string> => ({ authorization: `Bearer ${tokenOf(groupId)}` });
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const megabyte = randomBytes(1_048_576);

/** 20 MB; counts what was taken of it. */
function largeFile(): { body: ReadableStream<Uint8Array>; taken: () => number } {
  let left = 20;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left === 0) return controller.close();
      left -= 1;
      controller.enqueue(new Uint8Array(megabyte));
    },
  });
  return { body, taken: () => 20 - left };
}

async function hashOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest("hex");
}

const largeHash = sha256(Buffer.concat(Array.from({ length: 20 }, () => megabyte)));

async function put(
  bench: EndpointBench,
  id: string,
  groupId: string,
  body: string | ReadableStream<Uint8Array>,
): Promise<Response> {
  return await fetch(bench.url + filePath(id), { method: "PUT", headers: as(groupId), body, duplex: "half" });
}

describe("who may come in", () => {
  test.each(["/v1/credential", "/v1/files/x", "/model/v1/messages", "/nothing"])("%s needs a token", async (path) => {
    await using bench = await EndpointBench.start();
    for (const headers of [{}, { authorization: "Bearer wrong" }, { authorization: "Bearer " }, { "x-api-key": "" }]) {
      expect((await fetch(bench.url + path, { method: "POST", headers })).status).toBe(401);
    }
  });

  test("a stopped sandbox's token is void at once", async () => {
    await using bench = await EndpointBench.start();
    expect((await fetch(`${bench.url}/nothing`, { headers: as("a") })).status).toBe(404);
    bench.sandboxes.delete(hashSandboxToken(tokenOf("a")));
    expect((await fetch(`${bench.url}/nothing`, { headers: as("a") })).status).toBe(401);
  });

  test("a token is good only at its own group's place", async () => {
    await using bench = await EndpointBench.start();
    const port = await bench.endpoint.listen("127.0.0.2", "b", () => true);
    const place = `http://127.0.0.2:${port}/model/v1/messages`;
    expect((await fetch(place, { method: "POST", headers: as("a") })).status).toBe(401);
    expect((await fetch(place, { method: "POST", headers: as("b") })).status).toBe(200);
    await bench.endpoint.unlisten("127.0.0.2");
    await expect(fetch(place, { method: "POST", headers: as("b") })).rejects.toThrow("fetch failed");
    expect(await bench.endpoint.listen("127.0.0.2", "b", () => true)).toBeGreaterThan(0);
  });

  test("who comes from elsewhere is closed unread, also with the place's own token, at the endpoint and at its proxy", async () => {
    await using bench = await EndpointBench.start();
    const from: (string | undefined)[] = [];
    const port = await bench.endpoint.listen("127.0.0.2", "a", (address) => {
      from.push(address);
      return false;
    });
    const place = `http://127.0.0.2:${port}`;
    await expect(fetch(`${place}/model/v1/messages`, { method: "POST", headers: as("a") })).rejects.toThrow("fetch");
    const asked = bench.raw("GET", "http://good.example/", {}, { host: "127.0.0.2", port });
    await expect(asked).rejects.toThrow(/hang up|ECONNRESET/);
    expect(new Set(from)).toEqual(new Set(["127.0.0.1"]));
    expect(bench.lookedUp).toBe(0);
  });
});

describe("who asks too often", () => {
  const model = { method: "POST", body: "{}" };
  const ask = (bench: EndpointBench, groupId: string): Promise<Response> =>
    fetch(`${bench.url}/model/v1/messages`, { ...model, headers: as(groupId) });

  test("is told to wait in the API's own shape, alone, and may ask again later", async () => {
    await using bench = await EndpointBench.start(undefined, undefined, { burst: 3, perSecond: 1 });
    for (let count = 0; count < 3; count += 1) expect((await ask(bench, "a")).status).toBe(200);
    const refused = await ask(bench, "a");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({ type: "error", error: { type: "rate_limit_error" } });
    expect((await fetch(`${bench.url}/v1/files/x`, { headers: as("a") })).status).toBe(429);
    expect((await ask(bench, "b")).status).toBe(200);
    bench.now = 1_000;
    expect((await ask(bench, "a")).status).toBe(200);
    expect((await ask(bench, "a")).status).toBe(429);
  });

  test("does not lose the answer that streams already", async () => {
    await using bench = await EndpointBench.start(undefined, undefined, { burst: 1, perSecond: 1 });
    const transfer = bench.transfers.expect("a");
    const { body, taken } = largeFile();
    const sending = put(bench, transfer.id, "a", body);
    const stream = await transfer.body;
    expect((await ask(bench, "a")).status).toBe(429);
    expect(await hashOf(stream)).toBe(largeHash);
    expect((await sending).status).toBe(204);
    expect(taken()).toBe(20);
  });
});

describe("who shows tokens that nobody has", () => {
  const start = (): Promise<EndpointBench> =>
    EndpointBench.start(undefined, undefined, undefined, { burst: 3, perSecond: 1 });
  const ask = (bench: EndpointBench, headers: Record<string, string>): Promise<Response> =>
    fetch(`${bench.url}/nothing`, { headers });
  const wrong = { authorization: "Bearer wrong" };
  const basic = (token: string): string => `Basic ${Buffer.from(`praktor:${token}`).toString("base64")}`;

  test("is refused without a look into the store, until some time has passed", async () => {
    await using bench = await start();
    for (let count = 0; count < 3; count += 1) expect((await ask(bench, wrong)).status).toBe(401);
    expect(bench.lookedUp).toBe(3);
    const refused = await ask(bench, wrong);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.headers.get("connection")).toBe("close");
    expect(bench.lookedUp).toBe(3);
    bench.now = 1_000;
    expect((await ask(bench, as("a"))).status).toBe(404);
  });

  test("is refused whether it guesses at the endpoint or at its proxy, where asking without a token is no guess", async () => {
    await using bench = await start();
    const proxied = (authorization?: string): Promise<{ status: number }> =>
      bench.raw("GET", "http://x.example/", authorization ? { "proxy-authorization": authorization } : {});
    for (let count = 0; count < 5; count += 1) expect((await proxied()).status).toBe(407);
    for (let count = 0; count < 3; count += 1) expect((await proxied(basic("wrong"))).status).toBe(407);
    expect((await proxied(basic("wrong"))).status).toBe(429);
    expect((await ask(bench, as("a"))).status).toBe(429);
    await expect(fetch(`${bench.url}/nothing`, { method: "HEAD" })).resolves.toMatchObject({ status: 429 });
  });

  test("is never refused on loopback, where a sandbox could shut out the others", async () => {
    await using bench = await EndpointBench.start();
    for (let count = 0; count < 60; count += 1) expect((await ask(bench, wrong)).status).toBe(401);
    expect((await ask(bench, as("a"))).status).toBe(404);
  });
});

describe("credentials", () => {
  test("are issued to the token's own sandbox, whatever the request says", async () => {
    await using bench = await EndpointBench.start();
    const userPublicKey = createUser().getPublicKey();
    const body = JSON.stringify({ userPublicKey, groupId: "b", id: "sandbox-b" });
    const answer = await fetch(`${bench.url}/v1/credential`, { method: "POST", headers: as("a"), body });
    expect(answer.status).toBe(200);
    expect(bench.issued).toEqual([
      { sandbox: { id: "sandbox-a", groupId: "a" }, userPublicKey, reachHost: "127.0.0.1" },
    ]);
  });

  test.each(["", "{", "null", "[]", `{"userPublicKey":"AAAA"}`, `{"userPublicKey":7}`])(
    "are refused for %s",
    async (body) => {
      await using bench = await EndpointBench.start();
      const answer = await fetch(`${bench.url}/v1/credential`, { method: "POST", headers: as("a"), body });
      expect(answer.status).toBe(400);
      expect(bench.issued).toEqual([]);
    },
  );
});

describe("files", () => {
  test("20 MB out of a sandbox arrive as they are sent, and the sandbox hears when all was read", async () => {
    await using bench = await EndpointBench.start();
    using transfer = bench.transfers.expect("a");
    const file = largeFile();
    const sending = put(bench, transfer.id, "a", file.body);
    const stream = await transfer.body;
    // Nobody has read yet: the rest waits in the sandbox, not in the gateway.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(file.taken()).toBeLessThan(20);
    expect(await hashOf(stream)).toBe(largeHash);
    expect((await sending).status).toBe(204);
  });

  test("20 MB into a sandbox", async () => {
    await using bench = await EndpointBench.start();
    using transfer = bench.transfers.offer("a", largeFile().body);
    const answer = await fetch(bench.url + filePath(transfer.id), { headers: as("a") });
    expect(answer.headers.get("content-type")).toBe("application/octet-stream");
    if (!answer.body) throw new Error("no body");
    expect(await hashOf(answer.body)).toBe(largeHash);
    expect((await fetch(bench.url + filePath(transfer.id), { headers: as("a") })).status).toBe(404);
  });

  test("nobody waits: 404, both ways", async () => {
    await using bench = await EndpointBench.start();
    expect((await put(bench, "01nobody", "a", "x")).status).toBe(404);
    expect((await fetch(bench.url + filePath("01nobody"), { headers: as("a") })).status).toBe(404);
  });

  test("another group's transfer is not to be had, and is still there for its own", async () => {
    await using bench = await EndpointBench.start();
    using outgoing = bench.transfers.offer("a", new Blob(["secret"]).stream());
    using incoming = bench.transfers.expect("a");
    expect((await fetch(bench.url + filePath(outgoing.id), { headers: as("b") })).status).toBe(404);
    expect((await put(bench, incoming.id, "b", "forged")).status).toBe(404);
    // Nor in the wrong direction.
    expect((await put(bench, outgoing.id, "a", "forged")).status).toBe(404);
    expect((await fetch(bench.url + filePath(incoming.id), { headers: as("a") })).status).toBe(404);
    expect(await (await fetch(bench.url + filePath(outgoing.id), { headers: as("a") })).text()).toBe("secret");
    const sending = put(bench, incoming.id, "a", "true");
    expect(await new Response(await incoming.body).text()).toBe("true");
    expect((await sending).status).toBe(204);
  });

  test("a file of no bytes is one", async () => {
    await using bench = await EndpointBench.start();
    using transfer = bench.transfers.expect("a");
    const sending = put(bench, transfer.id, "a", "");
    expect(await new Response(await transfer.body).text()).toBe("");
    expect((await sending).status).toBe(204);
  });

  test("a sandbox that goes away in the middle leaves a cut file, never a short one", async () => {
    await using bench = await EndpointBench.start();
    using transfer = bench.transfers.expect("a");
    const caller = new AbortController();
    const sending = fetch(bench.url + filePath(transfer.id), {
      method: "PUT",
      headers: as("a"),
      body: new ReadableStream<Uint8Array>({ start: (stream) => stream.enqueue(new Uint8Array(10)) }),
      duplex: "half",
      signal: caller.signal,
    });
    const read = new Response(await transfer.body).text();
    caller.abort();
    await expect(sending).rejects.toThrow(/abort/);
    await expect(read).rejects.toThrow(/abort|terminated/);
  });
});
