/** What people and agents do with tasks: make, change, pause, run and delete them, and look at what came of them. */
import { setImmediate as breath } from "node:timers/promises";
import type { PraktorEvent } from "@praktor/protocol/events";
import type { Fault } from "@praktor/protocol/issue-words";
import type { SchedulePreview, TaskCreate, TaskRunView, TaskUpdate, TaskView } from "@praktor/protocol/tasks";
import type { Clock } from "../kit/clock.ts";
import type { Ids } from "../kit/ids.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import type { Store } from "../store/contract.ts";
import type { TaskCursor, TaskPageQuery, TaskStore } from "../store/contract/task-store.ts";
import type { Group, Task } from "../store/rows.ts";
import { describeSchedule } from "./describe-schedule.ts";
import { nextRun, nextRuns, type Timing } from "./next-run.ts";
import { parseSchedule } from "./parse-schedule.ts";
import { PauseReasons } from "./pause-reasons.ts";
import { readTiming, timingFaults } from "./read-timing.ts";
import { makeRoom, promptsInLists, refuseTooMuchText, textBytes } from "./task-bounds.ts";
import { taskView, runView } from "./task-views.ts";
import { parseTimeZone } from "./time-zone.ts";

export interface TaskDeskOptions {
  store: Pick<Store, "tasks" | "runs" | "groups" | "settings">;
  clock: Clock;
  ids: Ids;
  /** Of tasks that name none. */
  timezone: string;
  scheduler: { wake: () => void; runNow: (task: Task) => Promise<{ id: string } | null> };
  /** Ends the turn of a run whose task is deleted. */
  stopTurn: (turnId: string) => Promise<unknown>;
  /** Ends a deleted task's own sandbox. */
  removeSandbox: (taskId: string) => Promise<void>;
  publish: (event: PraktorEvent) => void;
}

export interface PagedTask {
  task: TaskView;
  /** The next page begins after it. */
  cursor: TaskCursor;
}

export interface TaskPage {
  tasks: PagedTask[];
  more: boolean;
}

const hourMs = 3_600_000;
/** A morning's report is still of use in the afternoon. A single task has no next time, so it may be much later. */
const graceMs = { recurring: 6 * hourMs, once: 7 * 24 * hourMs };
const historyAtMost = 100;
const pageRows = 100;
const pageBytes = 1_000_000;

/** Rejects with `not_found`, or with `invalid` and what would be right. */
export class TaskDesk {
  readonly #options: TaskDeskOptions;
  readonly #pauseReasons: PauseReasons;

  constructor(options: TaskDeskOptions) {
    this.#options = options;
    this.#pauseReasons = new PauseReasons(options.store.settings);
  }

  /** Of one group, or of all, the oldest first. Prompts may be cut: see `promptsInLists`. */
  async list(groupId?: string): Promise<TaskView[]> {
    const listed: PagedTask[] = [];
    for (;;) {
      const page = await this.page({ groupId, after: listed.at(-1)?.cursor });
      listed.push(...page.tasks);
      if (!page.more) break;
      // Others have their turn between two pages.
      await breath();
    }
    return listed.toSorted((one, other) => one.cursor.createdAt - other.cursor.createdAt).map(({ task }) => task);
  }

  /** At most a hundred, group by group and of each the oldest first. */
  async page({ groupId, after }: Pick<TaskPageQuery, "groupId" | "after">): Promise<TaskPage> {
    const { store } = this.#options;
    const rows = groupId === undefined ? pageRows : rowsOfPage(await store.tasks.use(groupId));
    const [tasks, groups, reasons] = await Promise.all([
      store.tasks.page({ groupId, after, limit: rows + 1, prompts: promptsInLists }),
      store.groups.list(),
      this.#pauseReasons.all(),
    ]);
    const names = new Map(groups.map((group) => [group.id, group.name]));
    const shown = tasks.slice(0, rows).map((task) => ({
      task: {
        ...taskView(task, names.get(task.groupId) ?? task.groupId, task.delivery, reasons.get(task.id)),
        ...(task.promptCut ? { prompt_cut: true } : {}),
      },
      cursor: { groupId: task.groupId, createdAt: task.createdAt, id: task.id },
    }));
    return { tasks: shown, more: tasks.length > shown.length };
  }

  async get(id: string): Promise<TaskView> {
    return await this.#view(await this.#task(id));
  }

  /** The same `requestKey` again makes no second task: it finds the first. */
  async create(wanted: TaskCreate, requestKey?: string): Promise<TaskView> {
    const { store, ids, clock, timezone } = this.#options;
    const group = await this.#group(wanted.group_id);
    const known = requestKey === undefined ? null : await store.tasks.requested(group.id, requestKey);
    if (known) return await this.#view(known);
    const now = clock.now();
    const { schedule, timezone: zone } = readTiming(
      {
        schedule: wanted.schedule,
        timezone: wanted.timezone ?? timezone,
        contextMode: wanted.context_mode ?? "isolated",
        ownSandbox: wanted.own_sandbox ?? false,
      },
      now,
    );
    await makeRoom(store.tasks, group.id, textBytes(wanted.prompt, wanted.pre_check), (id) => this.remove(id));
    const task = await store.tasks.create({
      id: ids.next(),
      groupId: group.id,
      ...(requestKey === undefined ? {} : { requestKey }),
      name: wanted.name,
      schedule,
      timezone: zone,
      prompt: wanted.prompt,
      contextMode: wanted.context_mode ?? "isolated",
      status: wanted.enabled === false ? "paused" : "active",
      overlap: wanted.overlap ?? "skip",
      catchUp: wanted.catch_up ?? "run_once",
      graceMs: wanted.grace_ms ?? graceMs[schedule.kind === "once" ? "once" : "recurring"],
      model: wanted.model ?? null,
      maxTurns: wanted.max_turns ?? null,
      maxDurationMs: wanted.max_duration_ms ?? null,
      maxCostUsd: wanted.max_cost_usd ?? null,
      preCheck: wanted.pre_check ?? null,
      mayManageTasks: wanted.may_manage_tasks ?? false,
      ownSandbox: wanted.own_sandbox ?? false,
      anchorAt: now,
      nextRunAt: firstRun({ schedule, timezone: zone, anchorAt: now }, now),
    });
    return await this.#changed(task, "created");
  }

  async update(id: string, change: TaskUpdate): Promise<TaskView> {
    const { store, clock } = this.#options;
    const task = await this.#task(id);
    if ((change.group_id ?? task.groupId) !== task.groupId) {
      throw new PraktorError("conflict", "A task stays in its group.", { hint: "Make a new one in the other group." });
    }
    const now = clock.now();
    const { schedule, timezone } = readTiming(
      {
        schedule: change.schedule ?? JSON.stringify(task.schedule),
        timezone: change.timezone ?? task.timezone,
        contextMode: change.context_mode ?? task.contextMode,
        ownSandbox: change.own_sandbox ?? task.ownSandbox,
      },
      now,
      task.schedule,
    );
    // A change of other things must not move an interval, nor repeat what ran.
    const isRescheduled = timezone !== task.timezone || JSON.stringify(schedule) !== JSON.stringify(task.schedule);
    const enabled = change.enabled ?? (isRescheduled && task.status === "completed" ? true : task.status === "active");
    const anchorAt = isRescheduled ? now : task.anchorAt;
    const resumes = enabled && task.status !== "active";
    if (resumes && !isRescheduled && task.status === "completed" && schedule.kind === "once") {
      throw new PraktorError("invalid", "This task was for one moment, and that is over.", {
        hint: "Give it a new schedule, or run it now.",
      });
    }
    const timing = { schedule, timezone, anchorAt };
    const { prompt = task.prompt, pre_check: preCheck = task.preCheck } = change;
    const grows = textBytes(prompt, preCheck) - textBytes(task.prompt, task.preCheck);
    if (grows > 0) await refuseTooMuchText(store.tasks, task.groupId, grows);
    const updated = await store.tasks.update(id, {
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.prompt === undefined ? {} : { prompt: change.prompt }),
      ...(change.context_mode === undefined ? {} : { contextMode: change.context_mode }),
      ...(change.overlap === undefined ? {} : { overlap: change.overlap }),
      ...(change.catch_up === undefined ? {} : { catchUp: change.catch_up }),
      ...(change.grace_ms === undefined ? {} : { graceMs: change.grace_ms }),
      ...(change.model === undefined ? {} : { model: change.model }),
      ...(change.max_turns === undefined ? {} : { maxTurns: change.max_turns }),
      ...(change.max_duration_ms === undefined ? {} : { maxDurationMs: change.max_duration_ms }),
      ...(change.max_cost_usd === undefined ? {} : { maxCostUsd: change.max_cost_usd }),
      ...(change.pre_check === undefined ? {} : { preCheck: change.pre_check }),
      ...(change.may_manage_tasks === undefined ? {} : { mayManageTasks: change.may_manage_tasks }),
      ...(change.own_sandbox === undefined ? {} : { ownSandbox: change.own_sandbox }),
      ...(enabled === (task.status === "active") ? {} : { status: enabled ? "active" : "paused" }),
      ...(isRescheduled ? { schedule, timezone, anchorAt } : {}),
      ...(isRescheduled || resumes ? { nextRunAt: firstRun(timing, now) } : {}),
    });
    if (!updated) throw noTask(id);
    if (updated.status !== "paused") await this.#pauseReasons.set(id, null);
    return await this.#changed(updated, "updated");
  }

  /** By Praktor itself; the reason is shown until somebody resumes it. False: it does not wait for anything. */
  async pause(id: string, reason: string): Promise<boolean> {
    if ((await this.#task(id)).status !== "active") return false;
    // First: a pause without its reason would be a riddle.
    await this.#pauseReasons.set(id, reason);
    await this.update(id, { enabled: false });
    return true;
  }

  async remove(id: string): Promise<void> {
    const { store, stopTurn } = this.#options;
    const task = await this.#task(id);
    const open = (await store.runs.history(id, historyAtMost)).filter((run) => run.state === "queued");
    if (!(await store.tasks.remove(id))) throw noTask(id);
    await this.#pauseReasons.set(id, null);
    for (const { turnId } of open) if (turnId !== null) await stopTurn(turnId);
    if (task.ownSandbox) await this.#options.removeSandbox(task.id);
    await this.#changed(task, "deleted");
  }

  async run(id: string): Promise<TaskRunView> {
    const { store, scheduler } = this.#options;
    const task = await this.#task(id);
    const run = await scheduler.runNow(task);
    const known =
      run === null ? undefined : (await store.runs.history(id, historyAtMost)).find((one) => one.id === run.id);
    if (!known) throw noTask(id);
    return runView(known);
  }

  /** Newest first. */
  async history(id: string, limit = 20): Promise<TaskRunView[]> {
    await this.#task(id);
    const runs = await this.#options.store.runs.history(id, Math.min(limit, historyAtMost));
    return runs.map(runView);
  }

  preview(schedule: string, timezone?: string): SchedulePreview {
    const now = this.#options.clock.now();
    const zone = parseTimeZone(timezone ?? this.#options.timezone);
    const parsed = parseSchedule(schedule, zone, now);
    return {
      schedule: JSON.stringify(parsed),
      schedule_display: describeSchedule(parsed, zone),
      timezone: zone,
      next_runs: nextRuns({ schedule: parsed, timezone: zone, anchorAt: now }, now, 5).map((at) =>
        new Date(at).toISOString(),
      ),
    };
  }

  /** Of a request that is refused already: what is wrong besides with the fields that only the scheduler can judge. */
  faults(request: unknown): Fault[] {
    return timingFaults(request, this.#options.timezone, this.#options.clock.now());
  }

  async #changed(task: Task, change: "created" | "updated" | "deleted"): Promise<TaskView> {
    const { publish, scheduler } = this.#options;
    publish({ type: "task", groupId: task.groupId, taskId: task.id, change });
    scheduler.wake();
    return await this.#view(task);
  }

  async #view(task: Task): Promise<TaskView> {
    const { groups, runs } = this.#options.store;
    const [group, delivery, reasons] = await Promise.all([
      groups.get(task.groupId),
      runs.lastDelivery(task.id),
      this.#pauseReasons.all(),
    ]);
    return taskView(task, group?.name ?? task.groupId, delivery, reasons.get(task.id));
  }

  async #task(id: string): Promise<Task> {
    const task = await this.#options.store.tasks.get(id);
    if (!task) throw noTask(id);
    return task;
  }

  async #group(id: string): Promise<Group> {
    const group = await this.#options.store.groups.get(id);
    if (!group) throw new PraktorError("not_found", `There is no group "${id}".`);
    return group;
  }
}

/** Fewer of long prompts, which are read even where they are cut: there are more of these than may be where they are older than the bound. */
function rowsOfPage({ tasks, textBytes: bytes }: Awaited<ReturnType<TaskStore["use"]>>): number {
  return Math.max(10, Math.min(pageRows, Math.floor((pageBytes * tasks) / Math.max(1, bytes))));
}

export function noTask(id: string): PraktorError<"not_found"> {
  return new PraktorError("not_found", `There is no task "${id}".`);
}

/** A single moment that has passed is due at once; whether that is too late is decided where it is claimed. */
function firstRun(timing: Timing, now: number): number | null {
  return timing.schedule.kind === "once" ? timing.schedule.at_ms : nextRun(timing, now);
}
