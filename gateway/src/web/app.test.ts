import { pageTokenHeader } from "@praktor/protocol/page-token";
import { SessionView } from "@praktor/protocol/rest";
import { expect, test, afterAll, beforeAll } from "vitest";
import { z } from "zod";
import { accessRule } from "./access.ts";
import { Harness } from "./testing/harness.ts";
import { basic, sessionOf } from "./testing/send.ts";

const password = "correct horse battery";
const globalsBefore = [globalThis.Request, globalThis.Response];
let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start({ password });
});
afterAll(() => harness[Symbol.asyncDispose]());

const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ security: z.array(z.unknown()) }))),
});

const Bodies = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ requestBody: z.unknown().optional() }))),
});

async function documentedRoutes(): Promise<{ method: string; path: string; open: boolean }[]> {
  const answer = await harness.send({ path: "/api/openapi.json", headers: basic(password) });
  return Object.entries(Document.parse(answer.json).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      path,
      open: security.length === 0,
    })),
  );
}

test("the API is described, and every path of it is promised somewhere", async () => {
  const routes = (await documentedRoutes()).map(({ method, path }) => `${method} ${path}`);
  expect(routes.sort()).toEqual(
    [
      "GET /api/groups/{id}/network",
      "GET /healthz",
      "GET /readyz",
      "GET /api/session",
      "POST /api/session",
      "DELETE /api/session",
      "GET /api/status",
      "GET /api/groups",
      "POST /api/groups",
      "GET /api/groups/{id}",
      "PATCH /api/groups/{id}",
      "PUT /api/groups/{id}",
      "GET /api/groups/{id}/conversations",
      "POST /api/groups/{id}/conversations/{cid}/new-session",
      "GET /api/groups/{id}/messages",
      "POST /api/groups/{id}/messages",
      "GET /api/groups/{id}/turns",
      "POST /api/turns/{id}/stop",
      "GET /api/turns/{id}/events",
      "GET /api/search",
      "GET /api/usage",
      "GET /api/attention",
      "GET /api/instructions",
      "PUT /api/instructions",
      "GET /api/groups/{id}/instructions",
      "PUT /api/groups/{id}/instructions",
      "GET /api/agents",
      "POST /api/agents/{groupID}/start",
      "POST /api/agents/{groupID}/stop",
      "GET /api/agents/{groupID}/watch",
      "GET /api/groups/{id}/files",
      "GET /api/groups/{id}/files/content",
      "PUT /api/groups/{id}/files/content",
      "GET /api/ws",
      "POST /api/links",
      "GET /api/audit",
      "GET /api/vault",
      "PUT /api/vault/{name}",
      "DELETE /api/vault/{name}",
      "PUT /api/vault/{name}/groups/{groupID}",
      "DELETE /api/vault/{name}/groups/{groupID}",
      "DELETE /api/swarm-templates/{name}",
      "DELETE /api/swarms/{id}",
      "GET /api/swarm-limits",
      "GET /api/swarm-templates",
      "GET /api/swarms",
      "GET /api/swarms/{id}",
      "GET /api/swarms/{id}/board",
      "GET /api/swarms/{id}/messages",
      "POST /api/swarms",
      "POST /api/swarms/{id}/cancel",
      "POST /api/swarms/{id}/replay",
      "PUT /api/swarm-templates/{name}",
      "GET /api/approvals",
      "POST /api/approvals/{id}",
      "GET /api/pairing",
      "POST /api/pairing",
      "POST /api/pairing/{userID}",
      "DELETE /api/pairing/{userID}",
      "GET /api/tasks",
      "POST /api/tasks",
      "GET /api/tasks/{id}",
      "PUT /api/tasks/{id}",
      "PATCH /api/tasks/{id}",
      "DELETE /api/tasks/{id}",
      "POST /api/tasks/{id}/pause",
      "POST /api/tasks/{id}/resume",
      "POST /api/tasks/{id}/run",
      "GET /api/tasks/{id}/history",
      "GET /api/schedule",
    ].sort(),
  );
});

/** Each object that has named fields, with where it stands. */
function* objectsOf(schema: unknown, place: string): Generator<{ place: string; open: boolean }> {
  if (typeof schema !== "object" || schema === null) return;
  if ("properties" in schema) {
    yield { place, open: !("additionalProperties" in schema && schema.additionalProperties === false) };
  }
  for (const [name, part] of Object.entries(schema)) yield* objectsOf(part, `${place}.${name}`);
}

test("no body takes a field that nobody knows, at any depth", async () => {
  const answer = await harness.send({ path: "/api/openapi.json", headers: basic(password) });
  const { paths } = Bodies.parse(answer.json);
  const objects = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, route]) => [...objectsOf(route.requestBody, `${method} ${path}`)]),
  );
  expect(objects.length).toBeGreaterThan(12);
  expect(objects.filter(({ open }) => open)).toEqual([]);
});

test("every route but sign-in and health is closed without sign-in, for every method, and says so", async () => {
  const routes = await documentedRoutes();
  const open = routes.filter((route) => route.open).map(({ method, path }) => `${method} ${path}`);
  expect(open.sort()).toEqual(
    ["DELETE /api/session", "GET /api/session", "GET /healthz", "GET /readyz", "POST /api/session"].sort(),
  );
  for (const { path } of [...routes, { path: "/api/openapi.json" }, { path: "/api" }, { path: "/api/anything" }]) {
    for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "QUERY"]) {
      const { status } = await harness.send({ method, path: path.replaceAll(/\{\w+\}/g, "x"), body: {} });
      expect(`${method} ${path} ${status === 401}`).toBe(
        `${method} ${path} ${accessRule(method, path) === "signed_in"}`,
      );
    }
  }
});

test("the cookie alone, which every server on the same host name is sent, opens no more than a stranger has", async () => {
  const body = { password };
  const session = sessionOf(await harness.send({ method: "POST", path: "/api/session", body }));
  const { cookie } = session;
  const origin = harness.server.url;
  const other = sessionOf(await harness.send({ method: "POST", path: "/api/session", body }));
  for (const { method, path } of await documentedRoutes()) {
    if (accessRule(method, path) === "public") continue;
    const sent = { method, path: path.replaceAll(/\{\w+\}/g, "x"), body: {} };
    const shown = [{ cookie }, { ...session, [pageTokenHeader]: "" }, { ...other, cookie }];
    for (const headers of shown) {
      const { status } = await harness.send({ ...sent, headers: { ...headers, origin } });
      expect(`${method} ${path} ${status}`).toBe(`${method} ${path} 401`);
    }
    const { status } = await harness.send({ ...sent, headers: { ...session, origin } });
    expect(`${method} ${path} ${status}`).not.toBe(`${method} ${path} 401`);
  }
  const alone = await harness.send({ path: "/api/session", headers: { cookie } });
  expect(SessionView.parse(alone.json).signed_in).toBe(false);
  // All that it can do is to sign out.
  await harness.send({ method: "DELETE", path: "/api/session", headers: { cookie, origin } });
  expect((await harness.send({ path: "/api/groups", headers: session })).status).toBe(401);
});

test("no answer is framed, sniffed, cached or shared with another site", async () => {
  for (const path of ["/", "/api/session", "/api/groups", "/healthz", "/nothing.js"]) {
    const { headers } = await harness.send({ path, headers: { host: new URL(harness.server.url).host } });
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
    });
    expect(headers["content-security-policy"]).not.toMatch(/unsafe|\*|http:/);
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  }
  expect((await harness.send({ path: "/api/session" })).headers["cache-control"]).toBe("no-store");
});

test("a preflight from another site is refused", async () => {
  const headers = { origin: "http://evil.example", "access-control-request-method": "PUT" };
  expect((await harness.send({ method: "OPTIONS", path: "/api/groups", headers })).status).toBe(403);
});

test("the rest of the process keeps its own Request and Response", () => {
  expect([globalThis.Request, globalThis.Response]).toEqual(globalsBefore);
  expect(globalThis.Response).toBe(globalsBefore[1]);
});
