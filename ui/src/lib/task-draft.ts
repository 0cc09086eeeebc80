/** A task's policies and limits as they are typed, in units that people use, and as the gateway takes them. */
import type { TaskUpdate, TaskView } from "@praktor/protocol/tasks";

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** As it is typed: an empty text is no limit. */
export interface AdvancedDraft {
  overlap: TaskView["overlap"];
  catchUp: TaskView["catch_up"];
  graceHours: string;
  model: string;
  maxTurns: string;
  maxMinutes: string;
  maxCost: string;
  preCheck: string;
  mayManage: boolean;
  ownSandbox: boolean;
}

type AdvancedView = Pick<
  TaskView,
  | "overlap"
  | "catch_up"
  | "grace_ms"
  | "model"
  | "max_turns"
  | "max_duration_ms"
  | "max_cost_usd"
  | "pre_check"
  | "may_manage_tasks"
  | "own_sandbox"
>;

export function advancedOf(task: AdvancedView | null): AdvancedDraft {
  const typed = (value: number | null | undefined, unit = 1): string => (value == null ? "" : String(value / unit));
  return {
    overlap: task?.overlap ?? "skip",
    catchUp: task?.catch_up ?? "run_once",
    graceHours: typed(task?.grace_ms, hourMs),
    model: task?.model ?? "",
    maxTurns: typed(task?.max_turns),
    maxMinutes: typed(task?.max_duration_ms, minuteMs),
    maxCost: typed(task?.max_cost_usd),
    preCheck: task?.pre_check ?? "",
    mayManage: task?.may_manage_tasks ?? false,
    ownSandbox: task?.own_sandbox ?? false,
  };
}

/** An amount that can be sent; anything else would go out as JSON's null, which means no limit. */
export const isAmount = (text: string): boolean => text.trim() === "" || /^\d+(?:\.\d+)?$/.test(text.trim());

export const hasUnreadableAmount = ({ graceHours, maxTurns, maxMinutes, maxCost }: AdvancedDraft): boolean =>
  ![graceHours, maxTurns, maxMinutes, maxCost].every(isAmount);

/** For the gateway, which says what is wrong with a value; every amount must be one. */
export function advancedFields(draft: AdvancedDraft): Omit<TaskUpdate, "name" | "schedule" | "prompt"> {
  const number = (text: string, unit = 1): number | null => (text.trim() === "" ? null : Number(text) * unit);
  const words = (text: string): string | null => (text.trim() === "" ? null : text.trim());
  const grace = number(draft.graceHours, hourMs);
  const time = number(draft.maxMinutes, minuteMs);
  return {
    overlap: draft.overlap,
    catch_up: draft.catchUp,
    ...(grace === null ? {} : { grace_ms: Math.round(grace) }),
    model: words(draft.model),
    max_turns: number(draft.maxTurns),
    max_duration_ms: time === null ? null : Math.round(time),
    max_cost_usd: number(draft.maxCost),
    pre_check: words(draft.preCheck),
    may_manage_tasks: draft.mayManage,
    own_sandbox: draft.ownSandbox,
  };
}
