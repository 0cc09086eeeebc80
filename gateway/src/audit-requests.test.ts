/** What of an agent's requests is kept. */
import { expect, test } from "vitest";
import { auditOfRequest } from "./audit-requests.ts";

test("an agent's changes are kept as its group's, what it was refused too, and reading is not", () => {
  const create = { type: "create_task", payload: { name: "n" } };
  expect(auditOfRequest("7", create, { ok: true, id: "t1" })).toEqual({
    actor: { type: "agent", id: "7" },
    action: "task.create",
    outcome: "ok",
    groupId: "7",
    target: "t1",
    detail: null,
  });
  const remove = { type: "delete_task", payload: { id: "t2" } };
  expect(auditOfRequest("7", remove, { error: "There is no task t2." })).toMatchObject({
    action: "task.delete",
    outcome: "refused",
    target: "t2",
    detail: "There is no task t2.",
  });
  const unnamed = { type: "create_task", payload: { name: "News", schedule: "never" } };
  const why = "The schedule is no cron expression.";
  expect(auditOfRequest("7", unnamed, { error: why })).toMatchObject({
    outcome: "refused",
    target: "News",
    detail: why,
  });
  expect(auditOfRequest("7", { type: "run_task", payload: { id: 7 } }, { error: "no" })).toMatchObject({
    target: null,
  });
  for (const data of [{ type: "list_tasks", payload: {} }, { type: "toString" }, null, "x", 1]) {
    expect(auditOfRequest("7", data, { ok: true })).toBeNull();
  }
});

test("what is done to another group stands with that group, what was refused with who asked", () => {
  const task = { name: "n", group_id: "8" };
  const kept = (type: string, payload: object, reply: object): unknown => auditOfRequest("7", { type, payload }, reply);
  expect(kept("create_task", task, { ok: true, id: "t1", task: { id: "t1", group_id: "8" } })).toMatchObject({
    actor: { type: "agent", id: "7" },
    groupId: "8",
    target: "t1",
  });
  expect(kept("delete_task", { id: "t1" }, { ok: true, group_id: "8" })).toMatchObject({ groupId: "8", target: "t1" });
  expect(kept("create_task", task, { error: "No." })).toMatchObject({
    outcome: "refused",
    groupId: "7",
    detail: "For the group 8: No.",
  });
  expect(kept("send_message", { group_id: "8", text: "x" }, { ok: true, group_id: "8" })).toMatchObject({
    action: "message.send",
    groupId: "8",
  });
  expect(kept("send_message", { group_id: "7", text: "x" }, { ok: true, group_id: "7" })).toBeNull();
  expect(kept("start_swarm", { task: "x" }, { ok: true, id: "s1" })).toMatchObject({
    action: "swarm.start",
    groupId: "7",
    target: "s1",
  });
});
