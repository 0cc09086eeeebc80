/** Files of a workspace over the API, and what fails behind the routes while they are on their way. */
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { WorkspaceListing } from "@praktor/protocol/rest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PraktorError } from "../../kit/praktor-error.ts";
import { Harness, recordingLogger } from "../testing/harness.ts";
import { type Answer, failure, type Sent } from "../testing/send.ts";

const { logger, errors } = recordingLogger();
let harness: Harness;

beforeAll(async () => {
  harness = await Harness.startAtHome({ logger, maxFileBytes: 3 * 1024 * 1024 });
});
afterAll(() => harness[Symbol.asyncDispose]());

const send = (sent: Sent): Promise<Answer> => harness.send(sent);

describe("files", () => {
  const at = (path: string): string => `/api/groups/home/files/content?path=${encodeURIComponent(path)}`;

  test("go in and come out unchanged, as downloads", async () => {
    const content = randomBytes(2 * 1024 * 1024);
    const written = await send({ method: "PUT", path: at('notes/ü "1".bin'), body: content });
    expect(written).toMatchObject({ status: 201, json: { type: "file", sizeBytes: content.length } });
    const read = await send({ path: at('notes/ü "1".bin') });
    expect(read.bytes.equals(content)).toBe(true);
    expect(read.headers).toMatchObject({
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="_ _1_.bin"; filename*=UTF-8''%C3%BC%20%221%22.bin`,
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    });
    const listing = WorkspaceListing.parse((await send({ path: "/api/groups/home/files?path=notes" })).json);
    expect(listing.entries.map(({ name }) => name)).toEqual(['ü "1".bin']);
    const root = WorkspaceListing.parse((await send({ path: "/api/groups/home/files" })).json);
    expect(root).toMatchObject({ path: "", entries: [{ name: "notes", type: "directory" }] });
  });

  test("a JSON file is bytes like any other, an empty one too", async () => {
    const headers = { "content-type": "application/json" };
    expect((await send({ method: "PUT", path: at("broken.json"), headers, body: "{" })).status).toBe(201);
    expect((await send({ path: at("broken.json") })).text).toBe("{");
    expect((await send({ method: "PUT", path: at("empty") })).status).toBe(201);
    expect((await send({ path: at("empty") })).bytes).toHaveLength(0);
  });

  test("HEAD tells the same without reading on", async () => {
    await send({ method: "PUT", path: at("head.txt"), body: "content" });
    const head = await send({ method: "HEAD", path: at("head.txt") });
    expect(head.status).toBe(200);
    expect(head.headers["content-disposition"]).toContain("head.txt");
    expect(head.bytes).toHaveLength(0);
  });

  test.each(["/etc/passwd", "../home/x", "a/../../b", "a\0b", "..", "x".repeat(1025)])(
    "the path %j is refused",
    async (path) => {
      expect(failure(await send({ path: at(path) }))).toMatch(/^400 invalid: .*query is not valid: path /);
      expect(failure(await send({ method: "PUT", path: at(path), body: "x" }))).toMatch(
        /^400 invalid: .*query is not valid: path /,
      );
      expect((await send({ path: `/api/groups/home/files?path=${encodeURIComponent(path)}` })).status).toBe(400);
    },
  );

  test("what is missing, of the wrong kind or too large is said", async () => {
    expect(failure(await send({ path: at("missing.txt") }))).toMatch(/^404 not_found/);
    expect(failure(await send({ path: at("notes") }))).toMatch(/^400 not_a_file/);
    expect(failure(await send({ path: "/api/groups/home/files?path=broken.json" }))).toMatch(/^400 not_a_directory/);
    expect(failure(await send({ path: "/api/groups/home/files/content" }))).toMatch(
      /^400 .*query is not valid: path is missing/,
    );
    const tooLarge = await send({ method: "PUT", path: at("big"), body: Buffer.alloc(4 * 1024 * 1024) });
    expect(failure(tooLarge)).toMatch(/^413 too_large/);
    const unannounced = await send({
      method: "PUT",
      path: at("big"),
      headers: { "transfer-encoding": "chunked" },
      body: Buffer.alloc(4 * 1024 * 1024),
    });
    expect(failure(unannounced)).toMatch(/^413 too_large/);
  });
});

describe("failures behind the routes", () => {
  const nothing = { type: "file", path: "f", name: "f", sizeBytes: 5, modified_ms: 0 } as const;

  test("a file that breaks off is no complete answer, and one that nobody reads on is cancelled", async () => {
    const cancelled: string[] = [];
    const broken = await Harness.start({
      workspace: {
        list: () =>
          Promise.reject(new PraktorError("engine_unreachable", "Docker does not answer.", { hint: "Start it." })),
        write: () => Promise.reject(new Error("secret detail")),
        read: async (_, path) => ({
          entry: nothing,
          stream: new ReadableStream({
            async pull(controller) {
              controller.enqueue(Buffer.alloc(64 * 1024));
              await delay(5);
              if (path === "breaks") controller.error(new Error("gone"));
            },
            cancel: () => void cancelled.push(path),
          }),
        }),
      },
    });
    await using _ = broken;
    await broken.send({ method: "POST", path: "/api/groups", body: { id: "g", name: "g", folder: "g" } });
    const path = "/api/groups/g/files/content?path=";

    await expect(broken.send({ path: `${path}breaks` })).rejects.toThrow(/aborted|hang up|ECONNRESET/);

    await broken.send({ method: "HEAD", path: `${path}head` });
    expect(cancelled).toEqual(["head"]);
    const abort = new AbortController();
    const response = await fetch(`${broken.server.url}${path}left`, { signal: abort.signal });
    await response.body?.getReader().read();
    abort.abort();
    await expect.poll(() => cancelled).toEqual(["head", "left"]);

    expect(failure(await broken.send({ path: "/api/groups/g/files" }))).toBe(
      "503 engine_unreachable: Docker does not answer. Start it.",
    );
    const internal = await broken.send({ method: "PUT", path: `${path}x`, body: "x" });
    expect(failure(internal)).toMatch(/^500 internal/);
    expect(internal.text).not.toContain("secret");
  });

  test("a client that leaves in the middle of its body is none of ours", async () => {
    const { hostname, port } = new URL(harness.server.url);
    for (const [index, path] of ["/api/groups", "/api/groups/home/files/content?path=part"].entries()) {
      const headers = { "content-type": "application/json", "content-length": "1000" };
      const outgoing = request({ hostname, port, method: index === 0 ? "POST" : "PUT", path, headers });
      outgoing.on("error", () => {});
      outgoing.write("{");
      await delay(50);
      outgoing.destroy();
    }
    await delay(100);
    expect((await send({ path: "/healthz" })).status).toBe(200);
  });

  test("who leaves while a sandbox starts ends the waiting, with an error as its reason", async () => {
    const waits: AbortSignal[] = [];
    const recorded = recordingLogger();
    const waiting = await Harness.start({
      logger: recorded.logger,
      workspace: {
        list: (_, __, signal) => {
          waits.push(signal);
          return new Promise(() => {});
        },
        read: () => Promise.reject(new Error("not asked")),
        write: () => Promise.reject(new Error("not asked")),
      },
    });
    await using _ = waiting;
    await waiting.send({ method: "POST", path: "/api/groups", body: { id: "g", name: "g", folder: "g" } });
    const abort = new AbortController();
    const answer = fetch(`${waiting.server.url}/api/groups/g/files`, { signal: abort.signal });
    await expect.poll(() => waits).toHaveLength(1);
    abort.abort();
    await expect(answer).rejects.toThrow("abort");
    await expect.poll(() => waits[0]?.reason).toMatchObject({ name: "AbortError" });
    expect(recorded.errors).toEqual([]);
  });

  test("nothing above was logged as an error of ours", () => {
    expect(errors).toEqual([]);
  });
});
