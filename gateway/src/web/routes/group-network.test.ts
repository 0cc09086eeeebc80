/** A group's network policy over the API. */
import { GroupNetworkView } from "@praktor/protocol/network";
import { GroupView } from "@praktor/protocol/rest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Redactor } from "../../vault/redactor.ts";
import { Harness } from "../testing/harness.ts";

let harness: Harness;
const patch = (body: object) => harness.send({ method: "PATCH", path: "/api/groups/home", body });

beforeAll(async () => {
  harness = await Harness.startAtHome();
});
afterAll(() => harness[Symbol.asyncDispose]());

test("is changed with PATCH, and whoever runs the sandboxes is told", async () => {
  const answer = await patch({
    network: "allowlist",
    network_allow: ["Example.ORG", "example.org", "git.example.org:8443"],
  });
  expect(answer.status).toBe(200);
  expect(GroupView.parse(answer.json)).toMatchObject({
    name: "Home",
    network: "allowlist",
    network_allow: ["example.org", "git.example.org:8443"],
  });
  expect(harness.networksChanged).toEqual(["home"]);
  await patch({ name: "Home 2" });
  expect(harness.networksChanged).toEqual(["home"]);
  const shown = await harness.send({ path: "/api/groups/home/network" });
  expect(GroupNetworkView.parse(shown.json)).toMatchObject({
    policy: "allowlist",
    default_policy: "open",
    allow: ["example.org", "git.example.org:8443"],
    refused: [{ host: "example.org", reason: "It is not on the list." }],
  });
  expect(GroupView.parse((await patch({ network: null })).json)).toMatchObject({ network: null });
});

test("a group that is saved as it was shown keeps the secrets in its texts", async () => {
  const secret = "ghp-0123456789abcdef";
  const redactor = new Redactor();
  redactor.know("settings", [secret]);
  await using other = await Harness.startAtHome({
    redactor: { redact: (text) => redactor.redact(text), redactDeep: (value) => redactor.redactDeep(value) },
  });
  const change = (body: object) => other.send({ method: "PATCH", path: "/api/groups/home", body });
  const approvalTools = [`Bash(curl ${secret} *)`];
  await change({ name: `Of ${secret}`, model: secret, approval_tools: approvalTools });
  const { name, model, approval_tools: tools } = GroupView.parse((await other.send({ path: "/api/groups/home" })).json);
  expect([name, model, tools]).toEqual(["Of [redacted]", "[redacted]", ["Bash(curl [redacted] *)"]]);
  expect((await change({ name, model, approval_tools: ["Write", ...tools] })).status).toBe(200);
  expect(await other.store.groups.get("home")).toMatchObject({ name: `Of ${secret}`, model: secret });
  expect(await other.store.approvals.tools("home")).toEqual(["Write", ...approvalTools]);
  expect((await change({ name: "Now [redacted]" })).status).toBe(400);
  expect((await other.send({ method: "PATCH", path: "/api/groups/none", body: { name } })).status).toBe(404);
});

test.each([
  [{ network: "closed" }],
  [{ network_allow: ["*.example.org"] }],
  [{ network_allow: ["http://example.org"] }],
  [{ network_allow: ["example.org:99999"] }],
  [{ network_allow: ["example.org/path"] }],
  [{ network_allow: ["-a.example"] }],
  [{ network_allow: [""] }],
  [{}],
])("refuses %j", async (body) => {
  expect((await patch(body)).status).toBe(400);
});

test("names hosts that need a yes, and refuses them where nobody can be asked", async () => {
  const named = await patch({ network: "allowlist", approval_hosts: ["Example.org", "example.com:8443"] });
  expect(GroupView.parse(named.json).approval_hosts).toEqual(["example.org", "example.com:8443"]);
  const shown = await harness.send({ path: "/api/groups/home/network" });
  expect(GroupNetworkView.parse(shown.json).ask).toEqual(["example.org", "example.com:8443"]);
  for (const body of [{ network: "open" }, { network: null }, { network: "open", approval_hosts: ["a.org"] }]) {
    const answer = await patch(body);
    expect([answer.status, JSON.stringify(answer.json)]).toEqual([400, expect.stringContaining("nobody can be asked")]);
  }
  expect((await patch({ approval_hosts: ["*.example.org"] })).status).toBe(400);
  expect((await patch({ network: "none" })).status).toBe(200);
  expect((await patch({ network: null, approval_hosts: [] })).status).toBe(200);
  expect((await patch({ approval_hosts: ["a.org"] })).status).toBe(400);
});

test("of a group that does not exist is not found", async () => {
  expect((await harness.send({ path: "/api/groups/nobody/network" })).status).toBe(404);
});
