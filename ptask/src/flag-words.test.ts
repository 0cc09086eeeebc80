import { IpcRequest } from "@praktor/protocol/ipc";
import { expect, test } from "vitest";
import { flagProblems, inFlags } from "./flag-words.ts";

const problems = (type: IpcRequest["type"], payload: object): string => {
  const { error } = IpcRequest.safeParse({ type, payload });
  return error ? flagProblems(error) : "";
};

test("all that is wrong is told by its flags and in their units", () => {
  const task = {
    id: "a",
    max_duration_ms: 30 * 86_400_000,
    may_manage_tasks: "perhaps",
    max_turns: 0,
    grace_ms: "soon",
  };
  expect(problems("update_task", task).split("; ")).toEqual([
    "--grace must be a time such as 30s, 10m, 6h or 2d",
    "--max-turns must be at least 1",
    "--max-duration must be seven days or less",
    "--may-manage-tasks must be true or false",
  ]);
  expect(problems("task_history", { id: "a", limit: Number.NaN })).toBe("--limit must be a number");
  expect(problems("send_message", { group_id: "no group", text: "Hi" })).toMatch(/^--group /);
});

test("the host's words are told in flags; what is quoted and what no flag stands for stays", () => {
  expect(inFlags('There is no task "own_sandbox". Set context_mode to isolated, or {"interval_ms":1}.')).toBe(
    'There is no task "own_sandbox". Set --context-mode to isolated, or {"interval_ms":1}.',
  );
});
