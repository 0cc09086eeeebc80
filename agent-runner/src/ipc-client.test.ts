import { expect, test } from "vitest";
import { askHost } from "./ipc-client.ts";

/** A connection that is cut before each of the first answers. */
function cut(times: number): { asked: unknown[]; request: (subject: string, value: unknown) => Promise<unknown> } {
  const asked: unknown[] = [];
  const request = async (_subject: string, value: unknown): Promise<unknown> => {
    asked.push(value);
    if (asked.length <= times) throw new Error("cut");
    return { ok: true, id: "t1" };
  };
  return { asked, request };
}
const task = { name: "N", schedule: "+5m", prompt: "P" };

test("a request with a key is asked again under the same key when its answer got lost", async () => {
  const transport = cut(1);
  const request = { type: "create_task", payload: { ...task, key: "k" } } as const;
  expect(await askHost(transport, "g", request)).toEqual({ ok: true, id: "t1" });
  expect(transport.asked).toEqual([request, request]);
});

test("one without a key is never repeated, because it might be done twice", async () => {
  const transport = cut(1);
  await expect(askHost(transport, "g", { type: "create_task", payload: task })).rejects.toThrow(/did not answer/);
  expect(transport.asked).toHaveLength(1);
});
