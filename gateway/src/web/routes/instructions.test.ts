import { Instructions } from "@praktor/protocol/instructions";
import { ErrorBody } from "@praktor/protocol/rest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Harness } from "../testing/harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start();
  await harness.store.groups.create({ id: "home", name: "Home", folder: "home" });
});
afterAll(() => harness[Symbol.asyncDispose]());

const read = async (path: string): Promise<Instructions> => Instructions.parse((await harness.send({ path })).json);
const save = (path: string, body: Instructions): ReturnType<Harness["send"]> =>
  harness.send({ method: "PUT", path, body });

test.each([
  ["of all groups", "/api/instructions"],
  ["of one group", "/api/groups/home/instructions"],
])("the instructions %s are read, saved, and not written over", async (_, path) => {
  const empty = await read(path);
  expect(empty.text).toBe("");
  const first = Instructions.parse((await save(path, { text: "# Be brief", version: empty.version })).json);
  expect(await read(path)).toEqual(first);
  expect(first.text).toBe("# Be brief");

  const late = await save(path, { text: "# Be long", version: empty.version });
  expect(late.status).toBe(409);
  expect(ErrorBody.parse(late.json).error).toMatchObject({
    code: "conflict",
    message: expect.stringMatching(/has changed/),
  });
  expect((await read(path)).text).toBe("# Be brief");

  const cleared = await save(path, { text: "", version: first.version });
  expect(cleared.status).toBe(200);
  expect((await read(path)).version, "an empty file is not a missing one").not.toBe(empty.version);
});

test("a group that is not there has none", async () => {
  expect((await harness.send({ path: "/api/groups/nobody/instructions" })).status).toBe(404);
});

test("a group's sandbox is started and stopped", async () => {
  const headers = { "content-type": "application/json" };
  const post = async (path: string): Promise<number> => (await harness.send({ method: "POST", path, headers })).status;
  expect(await post("/api/agents/home/start")).toBe(200);
  expect(harness.state.agents).toMatchObject([{ group_id: "home", status: "running" }]);
  expect(await post("/api/agents/home/stop")).toBe(200);
  expect(await post("/api/agents/nobody/start")).toBe(404);
});
