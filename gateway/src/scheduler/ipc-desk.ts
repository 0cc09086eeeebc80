/** Answers what sandboxes ask on `host.ipc.{groupID}`: who may do what is one table, by the group of the connection. */
import { IpcRequest, type IpcReply } from "@praktor/protocol/ipc";
import { requestProblems } from "@praktor/protocol/issue-words";
import type { SwarmCreate } from "@praktor/protocol/swarm";
import type { TaskUpdate, TaskView } from "@praktor/protocol/tasks";
import type { Clock } from "../kit/clock.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import { TokenBuckets } from "../kit/token-bucket.ts";
import type { GroupStore } from "../store/contract/group-store.ts";
import type { Group } from "../store/rows.ts";
import { ipcTask, ipcTasks } from "./ipc-tasks.ts";
import { noTask, type TaskDesk } from "./task-desk.ts";
import { refusePowers } from "./task-powers.ts";

export interface IpcDeskOptions {
  tasks: TaskDesk;
  groups: Pick<GroupStore, "get" | "list">;
  clock: Clock;
  logger: Logger;
  /** False while only runs of tasks work in the group that may not manage tasks: a bound against accidents. */
  mayManageTasks: (groupId: string) => Promise<boolean>;
  /** Patterns of the tools that a group asks people about. */
  approvalTools: (groupId: string) => Promise<readonly string[]>;
  registerGroup: (group: { id: string; name: string }) => Promise<Group>;
  /** Words in a group's chat. */
  say: (groupId: string, text: string, key: string | undefined) => Promise<void>;
  swarms: {
    start: (groupId: string, wish: SwarmCreate) => Promise<{ id: string; text: string }>;
    status: (id: string | undefined) => Promise<string>;
  };
  /** How Praktor is, as text. */
  status: () => Promise<string>;
}

/** `read` and `manage` reach the own group, and every group from the main one; `main` is for the main group alone. */
const rights = {
  list_tasks: "read",
  task_history: "read",
  create_task: "manage",
  update_task: "manage",
  delete_task: "manage",
  pause_task: "manage",
  resume_task: "manage",
  run_task: "manage",
  list_groups: "main",
  register_group: "main",
  send_message: "main",
  start_swarm: "main",
  swarm_status: "main",
  status: "main",
} as const satisfies Record<IpcRequest["type"], "read" | "manage" | "main">;

/** Of one sandbox: each change is written, told to the pages and kept in the audit log. */
const changes = { burst: 500, perSecond: 1 };

const readsOfMain: ReadonlySet<IpcRequest["type"]> = new Set(["list_groups", "swarm_status", "status"]);

export class IpcDesk {
  readonly #options: IpcDeskOptions;
  readonly #changes = new TokenBuckets(changes);

  constructor(options: IpcDeskOptions) {
    this.#options = options;
  }

  /** `groupId` is the subject's, which the credential proves. Never rejects. */
  async handle(groupId: string, data: unknown): Promise<IpcReply> {
    try {
      const parsed = IpcRequest.safeParse(data);
      if (!parsed.success) {
        return { error: `The request is not valid: ${requestProblems(parsed.error)}.` };
      }
      const asks = await this.#options.groups.get(groupId);
      const group = asks && (await this.#actsFor(asks));
      if (!group) return { error: `There is no group "${groupId}".` };
      await this.#authorise(asks, group, parsed.data);
      return await this.#answer(group, parsed.data);
    } catch (error) {
      if (error instanceof PraktorError) return { error: error.sentence };
      this.#options.logger.error({ group: groupId, error: errorMessage(error) }, "a sandbox's request failed");
      return { error: "Praktor could not do this; its log says why." };
    }
  }

  async #answer(group: Group, request: IpcRequest): Promise<IpcReply> {
    const { tasks, groups } = this.#options;
    switch (request.type) {
      case "create_task": {
        const { group_id: wanted, key, ...rest } = request.payload;
        const target = this.#reach(group, wanted);
        await this.#refusePowers(group, target, rest);
        const task = await tasks.create({ ...rest, group_id: target }, key);
        return { ok: true, id: task.id, task: ipcTask(task) };
      }
      case "list_tasks": {
        const { group_id: wanted, all, id, after } = request.payload;
        if (all === true && !group.isMain) throw onlyMain();
        if (id !== undefined) return { ok: true, tasks: [ipcTask(await this.#ownTask(group, id))] };
        const page = await tasks.page({
          groupId: all === true ? undefined : this.#reach(group, wanted),
          after: after && { groupId: after.group_id, createdAt: after.created_at, id: after.id },
        });
        return { ok: true, ...ipcTasks(page) };
      }
      case "update_task": {
        const { id, ...change } = request.payload;
        return await this.#update(group, id, change);
      }
      case "pause_task":
        return await this.#update(group, request.payload.id, { enabled: false });
      case "resume_task":
        return await this.#update(group, request.payload.id, { enabled: true });
      case "delete_task": {
        const task = await this.#ownTask(group, request.payload.id);
        await tasks.remove(task.id);
        return { ok: true, group_id: task.group_id };
      }
      case "run_task": {
        const task = await this.#ownTask(group, request.payload.id);
        return { ok: true, id: task.id, group_id: task.group_id, run: await tasks.run(task.id) };
      }
      case "task_history": {
        const task = await this.#ownTask(group, request.payload.id);
        return { ok: true, id: task.id, runs: await tasks.history(task.id, request.payload.limit) };
      }
      case "list_groups": {
        const known = await groups.list();
        return {
          ok: true,
          groups: known.map(({ id, name, folder, isMain }) => ({ id, name, folder, is_main: isMain })),
        };
      }
      case "register_group":
        return { ok: true, id: (await this.#options.registerGroup(request.payload)).id };
      case "send_message": {
        const target = await groups.get(request.payload.group_id);
        if (!target) throw new PraktorError("not_found", `There is no group "${request.payload.group_id}".`);
        await this.#options.say(target.id, request.payload.text, request.payload.key);
        return { ok: true, group_id: target.id };
      }
      case "start_swarm": {
        const { id, text } = await this.#options.swarms.start(group.id, request.payload);
        return { ok: true, id, status: text };
      }
      case "swarm_status":
        return { ok: true, status: await this.#options.swarms.status(request.payload.id) };
      case "status":
        return { ok: true, status: await this.#options.status() };
      default:
        return request satisfies never;
    }
  }

  /** A task's own sandbox asks for the task's group, and is never the main one; a swarm's member has nothing to ask here. */
  async #actsFor(asks: Group): Promise<Group | null> {
    if (asks.kind === "chat") return asks;
    if (asks.kind === "member" || asks.parentId === null) return null;
    const parent = await this.#options.groups.get(asks.parentId);
    return parent && { ...parent, isMain: false };
  }

  async #authorise(asks: Group, group: Group, request: IpcRequest): Promise<void> {
    const right = rights[request.type];
    if (right === "main" && !group.isMain) throw onlyMain();
    if (right === "manage" && !(await this.#options.mayManageTasks(asks.id))) {
      throw new PraktorError("denied", "This task's runs may not create or change tasks.", {
        hint: "Somebody can allow it with the task's setting may_manage_tasks.",
      });
    }
    if (right === "read" || readsOfMain.has(request.type)) return;
    const waitMs = this.#changes.take(asks.id, this.#options.clock.now());
    if (waitMs === 0) return;
    throw new PraktorError("too_many", `This agent has changed too much in a short time.`, {
      hint: `Try again in ${Math.ceil(waitMs / 1000)} s.`,
    });
  }

  #reach(group: Group, wanted: string | undefined): string {
    if (wanted === undefined || wanted === group.id) return group.id;
    if (!group.isMain) throw onlyMain();
    return wanted;
  }

  async #update(group: Group, id: string, change: TaskUpdate): Promise<IpcReply> {
    const { group_id: target } = await this.#ownTask(group, id);
    await this.#refusePowers(group, target, change);
    const task = await this.#options.tasks.update(id, change);
    return { ok: true, id: task.id, task: ipcTask(task) };
  }

  async #refusePowers(group: Group, target: string, wish: TaskUpdate): Promise<void> {
    refusePowers(wish, { own: target === group.id, approvalTools: await this.#options.approvalTools(target) });
  }

  /** Another group's task is as one that does not exist. */
  async #ownTask(group: Group, id: string): Promise<TaskView> {
    const task = await this.#options.tasks.get(id);
    if (task.group_id !== group.id && !group.isMain) throw noTask(id);
    return task;
  }
}

function onlyMain(): PraktorError<"denied"> {
  return new PraktorError("denied", "Only the main group may do this for other groups.");
}
