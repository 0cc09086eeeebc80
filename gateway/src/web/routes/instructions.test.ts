import { Instructions } from "@praktor/protocol/instructions";
import { ErrorBody } from "@praktor/protocol/rest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Redactor } from "../../vault/redactor.ts";
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

test.each([
  ["of all groups", "/api/instructions"],
  ["of one group", "/api/groups/shown/instructions"],
])("the instructions %s keep the secrets in them, and lose none to [redacted]", async (_, path) => {
  const secret = "ghp_0123456789abcdef";
  const stored = `# Be brief\r\nThe key is ${secret}.\n`;
  const redactor = new Redactor();
  await using other = await Harness.start({
    redactor: { redact: (text) => redactor.redact(text), redactDeep: (value) => redactor.redactDeep(value) },
  });
  await other.store.groups.create({ id: "shown", name: "Shown", folder: "shown" });
  const put = (body: Instructions) => other.send({ method: "PUT", path, body });
  const get = async () => Instructions.parse((await other.send({ path })).json);
  const { version } = await get();
  const first = Instructions.parse((await put({ text: stored, version })).json);
  redactor.know("settings", [secret]);
  const shown = await get();
  expect(shown.text).toBe("# Be brief\r\nThe key is [redacted].\n");

  expect((await put(shown)).json).toEqual(shown);
  const refused = await put({ ...shown, text: `${shown.text}Be kind.` });
  expect(refused.status).toBe(400);
  expect(ErrorBody.parse(refused.json).error).toMatchObject({
    code: "invalid",
    message: expect.stringContaining("text must not hold [redacted]"),
  });
  expect((await put({ text: `${shown.text}Be kind.`, version: "older" })).status).toBe(409);
  redactor.forget("settings");
  expect(await get()).toEqual(first);
  redactor.know("settings", [secret]);

  const without = Instructions.parse((await put({ ...shown, text: "# Be kind" })).json);
  expect((await put({ ...without, text: "Say [redacted] to nobody" })).status).toBe(200);
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
