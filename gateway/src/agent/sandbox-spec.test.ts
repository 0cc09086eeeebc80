/** What was taken over is held against what its group would be given now; what is one sandbox's own is not asked for. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SandboxSpec } from "../sandbox/sandbox.ts";
import { sandboxShape } from "./sandbox-shape.ts";
import { changedSettings } from "./sandbox-spec.ts";
import { AgentBench } from "./testing/agent-bench.ts";

let bench: AgentBench;
const signal = new AbortController().signal;
const asked: { spec: SandboxSpec; own: readonly string[] }[] = [];
let changes: () => Promise<string[]>;

beforeEach(async () => {
  bench = new AgentBench();
  asked.length = 0;
  changes = () => Promise.resolve(["memory limit"]);
  await bench.pool.ensure(await bench.group("a"), signal);
});
afterEach(() => bench[Symbol.asyncDispose]());

const changedNow = async (environment: Record<string, string>, groupId = "a"): Promise<string[]> => {
  const [sandbox] = bench.pool.list();
  if (!sandbox) throw new Error("nothing runs");
  return await changedSettings(
    {
      host: {
        changes: (spec, own) => {
          asked.push({ spec, own });
          return changes();
        },
      },
      folderOf: async (id) => (await bench.store.groups.get(id))?.folder ?? null,
      shapeOf: (id) => sandboxShape(bench.store.groups, id, environment),
    },
    { ...sandbox, groupId },
    signal,
  );
};

test("the same sandbox is asked for again, with the environment that settings decide now", async () => {
  expect(await changedNow({ TZ: "Asia/Tokyo" })).toEqual(["memory limit"]);
  const [launched] = bench.host.launched;
  const [question] = asked;
  expect({ ...question?.spec, environment: {} }).toEqual({ ...launched, environment: {} });
  expect(question?.spec.environment).toEqual({ TZ: "Asia/Tokyo" });
  const all = [...Object.keys(question?.spec.environment ?? {}), ...(question?.own ?? [])];
  expect(all.sort()).toEqual(Object.keys(launched?.environment ?? {}).sort());
});

test("what cannot be compared counts as changed; a group that is gone has nothing to compare", async () => {
  changes = () => Promise.reject(new Error("The engine does not answer."));
  expect(await changedNow({})).toEqual(["The engine does not answer."]);
  expect(await changedNow({}, "gone")).toEqual([]);
});
