import { randomBytes } from "node:crypto";
import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import {
  AgentView,
  ConversationView,
  ErrorBody,
  GroupView,
  MessageAccepted,
  MessageView,
  StatusView,
  TurnView,
  WorkspaceListing,
} from "@praktor/protocol/rest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { PraktorError } from "../../kit/praktor-error.ts";
import { Harness, recordingLogger } from "../testing/harness.ts";
import type { Answer, Sent } from "../testing/send.ts";

const { logger, errors } = recordingLogger();
let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ logger, maxFileBytes: 3 * 1024 * 1024 });
  await harness.send({ method: "POST", path: "/api/groups", body: { id: "home", name: "Home", folder: "home" } });
});
afterAll(() => harness[Symbol.asyncDispose]());

const send = (sent: Sent): Promise<Answer> => harness.send(sent);
const failure = (answer: Answer): string => {
  const { error } = ErrorBody.parse(answer.json);
  return `${answer.status} ${error.code}: ${error.message}`;
};

describe("groups", () => {
  test("are made, shown, listed and changed", async () => {
    const body = { id: "-100", name: " Work ", folder: "work", model: "claude-x" };
    const created = await send({ method: "POST", path: "/api/groups", body });
    expect(created.status).toBe(201);
    expect(GroupView.parse(created.json)).toMatchObject({
      id: "-100",
      name: "Work",
      type: "standard",
      message_count: 0,
    });

    const changed = await send({ method: "PUT", path: "/api/groups/-100", body: { name: "Desk", model: null } });
    expect(GroupView.parse(changed.json)).toMatchObject({ name: "Desk", model: null, folder: "work" });

    harness.state.agents = [
      {
        id: "s1",
        group_id: "-100",
        name: "Desk",
        status: "running",
        started_at: "2026-01-01T00:00:00.000Z",
        session_id: null,
      },
    ];
    const files = { used_bytes: 12, limit_bytes: 100, measured: "2026-01-01T00:00:00.000Z" };
    harness.state.filesUsed.set("-100", files);
    const shown = await send({ path: "/api/groups/-100" });
    expect(GroupView.parse(shown.json)).toMatchObject({ agent_status: "running", last_active: null, files });
    const listed = z.array(GroupView).parse((await send({ path: "/api/groups" })).json);
    expect(listed.map(({ id }) => id).sort()).toEqual(["-100", "home"]);
  });

  test.each([
    ["a taken id", { id: "home", name: "x", folder: "free" }, 409, /taken.*"home"/],
    ["a taken folder", { id: "free", name: "x", folder: "home" }, 409, /taken.*"home"/],
    ["an id with a dot", { id: "a.b", name: "x", folder: "x" }, 400, /request is not valid: id must be/],
    ["a number for a name", { id: "a", name: 7, folder: "x" }, 400, /: name must be a text\./],
    ["a missing folder", { id: "a", name: "x" }, 400, /: folder is missing\./],
    ["a blank name", { id: "a", name: "  ", folder: "x" }, 400, /: name must not be empty\./],
    ["no object at all", [], 400, /body/],
  ])("%s is refused", async (_, body, status, message) => {
    const answer = await send({ method: "POST", path: "/api/groups", body });
    expect(answer.status).toBe(status);
    expect(failure(answer)).toMatch(message);
  });

  test("what is taken is named as the field at fault", async () => {
    const taken = async (body: object) =>
      ErrorBody.parse((await send({ method: "POST", path: "/api/groups", body })).json).error.faults;
    const [id, folder] = [
      { id: "home", name: "x", folder: "free" },
      { id: "free", name: "x", folder: "home" },
    ];
    expect(await taken(id)).toMatchObject([{ field: "id" }]);
    expect(await taken(folder)).toMatchObject([{ field: "folder" }]);
  });

  test("what is not there is 404, and a change must change something", async () => {
    for (const path of [
      "/api/groups/none",
      "/api/groups/none/messages",
      "/api/groups/none/turns",
      "/api/groups/none/conversations",
      "/api/groups/none/files",
    ]) {
      expect(failure(await send({ path }))).toMatch(/^404 not_found: .*"none"/);
    }
    expect(failure(await send({ method: "PUT", path: "/api/groups/none", body: { name: "x" } }))).toMatch(/^404/);
    expect(failure(await send({ method: "PUT", path: "/api/groups/home", body: {} }))).toMatch(/^400 .*change/);
    expect(failure(await send({ path: "/api/groups/a%20b" }))).toMatch(/^400 .*address is not valid: id must be/);
  });
});

describe("messages", () => {
  test("are accepted, and read back page by page, oldest first", async () => {
    const ids: number[] = [];
    for (const text of ["one", "two", "three"]) {
      const answer = await send({ method: "POST", path: "/api/groups/home/messages", body: { text } });
      expect(answer.status).toBe(202);
      ids.push(MessageAccepted.parse(answer.json).message_id);
    }
    const newest = z.array(MessageView).parse((await send({ path: "/api/groups/home/messages?limit=2" })).json);
    expect(newest.map(({ text }) => text)).toEqual(["two", "three"]);
    expect(newest[0]).toMatchObject({ role: "user", sender: "user:web", delivery: null });
    const older = await send({ path: `/api/groups/home/messages?limit=2&before=${ids[1]}` });
    expect(
      z
        .array(MessageView)
        .parse(older.json)
        .map(({ text }) => text),
    ).toEqual(["one"]);

    const conversations = z
      .array(ConversationView)
      .parse((await send({ path: "/api/groups/home/conversations" })).json);
    expect(conversations).toMatchObject([{ group_id: "home", kind: "page", channel: "web" }]);
    const only = await send({ path: `/api/groups/home/messages?conversation_id=${conversations[0]?.id}` });
    expect(z.array(MessageView).parse(only.json)).toHaveLength(3);
    const group = GroupView.parse((await send({ path: "/api/groups/home" })).json);
    const now = new Date(harness.clock.now()).toISOString();
    const last = { role: "user", sender: "user:web", sender_name: null, text: "three", time: now };
    expect(group).toMatchObject({ message_count: 3, last_active: now, last_message: last });
  });

  test("the group's last words are one line's worth, and no secret is cut to what nobody knows as one", async () => {
    const secret = "the-secret-value";
    const redact = (text: string): string => text.replaceAll(secret, "[secret]");
    await using other = await Harness.start({ redactor: { redact, redactDeep: (value) => value } });
    await other.send({ method: "POST", path: "/api/groups", body: { id: "g", name: "G", folder: "g" } });
    const shown = async () => GroupView.parse((await other.send({ path: "/api/groups/g" })).json).last_message;
    expect(await shown()).toBeNull();
    const text = `${"x".repeat(490)}${secret}${"y".repeat(500)}`;
    await other.send({ method: "POST", path: "/api/groups/g/messages", body: { text } });
    expect((await shown())?.text).toBe(`${"x".repeat(490)}[secret]yy`);
  });

  test("may be files alone, but not nothing, and no file from elsewhere", async () => {
    const post = async (body: object): Promise<number> =>
      (await send({ method: "POST", path: "/api/groups/home/messages", body })).status;
    expect(await post({ text: " ", files: ["uploads/a.txt"] })).toBe(202);
    expect(await post({ text: " " })).toBe(400);
    expect(await post({ text: "", files: [] })).toBe(400);
    for (const path of ["../secret", "/etc/passwd", ""]) expect(await post({ text: "x", files: [path] })).toBe(400);
  });

  test("a repeated Idempotency-Key gives the first answer again, but only within its group", async () => {
    await send({ method: "POST", path: "/api/groups", body: { id: "other", name: "Other", folder: "other" } });
    const post = (group: string): Promise<Answer> =>
      send({
        method: "POST",
        path: `/api/groups/${group}/messages`,
        headers: { "idempotency-key": "k-1" },
        body: { text: "once" },
      });
    const first = MessageAccepted.parse((await post("home")).json);
    expect((await post("home")).json).toEqual(first);
    expect(MessageAccepted.parse((await post("other")).json).message_id).not.toBe(first.message_id);
    expect(z.array(MessageView).parse((await send({ path: "/api/groups/other/messages" })).json)).toHaveLength(1);
  });

  test("the conversation must be one of the group", async () => {
    const body = { text: "x", conversation_id: "nowhere" };
    expect(failure(await send({ method: "POST", path: "/api/groups/home/messages", body }))).toMatch(
      /^404 .*"nowhere"/,
    );
    const page = await harness.store.conversations.ensure({
      groupId: "other",
      kind: "page",
      address: { channel: "web" },
      title: "Page",
    });
    const foreign = { text: "x", conversation_id: page.id };
    expect(failure(await send({ method: "POST", path: "/api/groups/home/messages", body: foreign }))).toMatch(/^404/);
  });

  test.each([
    ["empty text", { text: " \n " }, /: text must not be empty\./],
    ["too long a text", { text: "x".repeat(200_001) }, /: text must be 200,000 characters at most/],
    ["no text", {}, /: text is missing\./],
    ["null", null, /content type|body/],
  ])("%s is refused", async (_, body, message) => {
    const answer = await send({
      method: "POST",
      path: "/api/groups/home/messages",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(400);
    expect(failure(answer)).toMatch(message);
  });

  test.each(["limit=0", "limit=1e9", "limit=x", "before=-1", "before=1.5", "limit=1&limit=2", "conversation_id=a.b"])(
    "the query %s is refused by name",
    async (query) => {
      const answer = await send({ path: `/api/groups/home/messages?${query}` });
      expect(failure(answer)).toMatch(new RegExp(`^400 .*query is not valid: ${query.split("=")[0]}`));
    },
  );

  test("a key that is none is refused", async () => {
    const answer = await send({
      method: "POST",
      path: "/api/groups/home/messages",
      headers: { "idempotency-key": "x".repeat(201) },
      body: { text: "x" },
    });
    expect(failure(answer)).toMatch(/^400 .*idempotency-key/);
  });
});

describe("a broken body", () => {
  const post = (body: string | Uint8Array, type = "application/json"): Promise<Answer> =>
    send({ method: "POST", path: "/api/groups", headers: { "content-type": type }, body });

  test("is told where it is broken", async () => {
    expect(failure(await post('{"id": "a", }'))).toMatch(/^400 invalid_json: .*position 12/);
    expect(failure(await post('{"id": "a"'))).toMatch(/^400 invalid_json: .*position 10/);
    expect(failure(await post(""))).toMatch(/^400 invalid_json: .*position 0/);
    expect(failure(await post(Buffer.from([0x22, 0xff, 0x22])))).toMatch(/^400 invalid_json: .*UTF-8/);
  });

  test("of another type or too large is refused", async () => {
    expect(failure(await post("id=a", "application/x-www-form-urlencoded"))).toMatch(/^415/);
    expect(failure(await post(" ".repeat(3 * 1024 * 1024)))).toMatch(/^413 too_large/);
  });

  test("without a length is read no further than the bound", async () => {
    const { hostname, port } = new URL(harness.server.url);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { "content-type": "application/json", "transfer-encoding": "chunked" };
      const outgoing = request({ hostname, port, method: "POST", path: "/api/groups", headers }, (incoming) => {
        resolve(incoming.statusCode);
        outgoing.destroy();
      });
      outgoing.on("error", reject);
      const chunk = Buffer.alloc(256 * 1024, 0x20);
      for (let count = 0; count < 12; count += 1) outgoing.write(chunk);
    });
    expect(status).toBe(413);
  });
});

describe("turns and agents", () => {
  test("what waits is shown, and stopped once", async () => {
    const { turn_id: turnId } = MessageAccepted.parse(
      (await send({ method: "POST", path: "/api/groups/home/messages", body: { text: "long work" } })).json,
    );
    const turns = z.array(TurnView).parse((await send({ path: "/api/groups/home/turns" })).json);
    expect(turns.map(({ id }) => id)).toContain(turnId);
    const stop: Sent = { method: "POST", path: `/api/turns/${turnId}/stop`, body: {} };
    expect(await send(stop)).toMatchObject({ status: 200, json: { status: "stopping" } });
    expect(failure(await send({ method: "POST", path: "/api/turns/nothing/stop", body: {} }))).toMatch(/^404/);
    expect(failure(await send({ method: "POST", path: "/api/turns/a.b/stop", body: {} }))).toMatch(/^400/);
  });

  test("agents are listed, stopped, and then gone", async () => {
    harness.state.agents = [
      {
        id: "s1",
        group_id: "home",
        name: "Home",
        status: "running",
        started_at: "2026-01-01T00:00:00.000Z",
        session_id: null,
      },
    ];
    expect(z.array(AgentView).parse((await send({ path: "/api/agents" })).json)).toHaveLength(1);
    const stop: Sent = { method: "POST", path: "/api/agents/home/stop", body: {} };
    expect(await send(stop)).toMatchObject({ status: 200, json: { status: "stopped" } });
    expect(failure(await send(stop))).toMatch(/^404 not_found/);
  });
});

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

describe("health and status", () => {
  test("readiness names what fails, and no more; a missing model key is no failure", async () => {
    expect(await send({ path: "/healthz" })).toMatchObject({ status: 200, json: { status: "ok" } });
    harness.state.health = [
      { name: "store", ok: true, detail: "" },
      { name: "model", ok: false, detail: "no key" },
    ];
    harness.clock.advance(2_000);
    expect(await send({ path: "/readyz" })).toMatchObject({ status: 200 });
    harness.state.health.push({ name: "sandbox", ok: false, detail: "secret detail" });
    harness.clock.advance(2_000);
    const answer = await send({ path: "/readyz" });
    expect(answer).toMatchObject({ status: 503, json: { status: "unavailable", failing: ["sandbox"] } });
    expect(answer.text).not.toContain("secret");
    expect(StatusView.parse((await send({ path: "/api/status" })).json)).toMatchObject({ status: "degraded" });
  });

  test("a health check that fails or hangs is no readiness", async () => {
    const failing = await Harness.start();
    await using _ = failing;
    Object.defineProperty(failing.state, "health", {
      get: () => {
        throw new Error("secret detail");
      },
    });
    expect(await failing.send({ path: "/readyz" })).toMatchObject({ status: 503, json: { failing: ["gateway"] } });
  });
});

describe("what is not there", () => {
  test.each(["/api", "/api/", "/api/nothing", "/api/groups/home/nothing", "/api/groups/", "/api/ws/x"])(
    "GET %s is 404 JSON",
    async (path) => {
      expect(failure(await send({ path }))).toMatch(/^404 not_found/);
    },
  );

  test("neither is another method of what is", async () => {
    expect(failure(await send({ method: "DELETE", path: "/api/groups" }))).toMatch(/^404 not_found: .*DELETE/);
    expect(failure(await send({ method: "POST", path: "/", body: {} }))).toMatch(/^405/);
  });

  test("a plain request to the WebSocket's address is told so", async () => {
    const answer = await send({ path: "/api/ws" });
    expect(failure(answer)).toMatch(/^426/);
    expect(answer.headers["upgrade"]).toBe("websocket");
  });
});
