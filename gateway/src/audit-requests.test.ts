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
