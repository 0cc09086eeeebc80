/** A group's network policy over the API. */
import { GroupNetworkView } from "@praktor/protocol/network";
import { GroupView } from "@praktor/protocol/rest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Harness } from "../testing/harness.ts";

let harness: Harness;
const patch = (body: object) => harness.send({ method: "PATCH", path: "/api/groups/home", body });

beforeAll(async () => {
  harness = await Harness.start();
  await harness.send({ method: "POST", path: "/api/groups", body: { id: "home", name: "Home", folder: "home" } });
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

test("of a group that does not exist is not found", async () => {
  expect((await harness.send({ path: "/api/groups/nobody/network" })).status).toBe(404);
});
