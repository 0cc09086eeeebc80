import { request } from "node:http";
import { AgentView, ErrorBody, GroupView, MessageAccepted, StatusView, TurnView } from "@praktor/protocol/rest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { Harness, recordingLogger } from "../testing/harness.ts";
import { type Answer, failure, type Sent } from "../testing/send.ts";

const { logger, errors } = recordingLogger();
let harness: Harness;

beforeAll(async () => {
  harness = await Harness.startAtHome({ logger, maxFileBytes: 3 * 1024 * 1024 });
});
afterAll(() => harness[Symbol.asyncDispose]());

const send = (sent: Sent): Promise<Answer> => harness.send(sent);

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

  test("another method of what is there is told which it takes", async () => {
    const answer = await send({ method: "DELETE", path: "/api/groups" });
    expect(failure(answer)).toMatch(/^405 method_not_allowed: .*takes no DELETE, but GET, POST/);
    expect(answer.headers.allow).toBe("GET, POST");
    expect(failure(await send({ method: "POST", path: "/", body: {} }))).toMatch(/^405/);
  });

  test("a plain request to the WebSocket's address is told so", async () => {
    const answer = await send({ path: "/api/ws" });
    expect(failure(answer)).toMatch(/^426/);
    expect(answer.headers["upgrade"]).toBe("websocket");
  });
});

describe("all of this", () => {
  test("nothing above was logged as an error of ours", () => {
    expect(errors).toEqual([]);
  });
});
