/** Runs of swarms: started, moved on from what the rows say, limited, cancelled, resumed. */
import type { Address } from "@praktor/protocol/address";
import type { PraktorEvent } from "@praktor/protocol/events";
import { swarmMemberId } from "@praktor/protocol/subjects";
import type {
  SwarmBoardEntry,
  SwarmCreate,
  SwarmLimits,
  SwarmMessageView,
  SwarmRunView,
  SwarmTeam,
} from "@praktor/protocol/swarm";
import { Background } from "../kit/background.ts";
import type { Clock } from "../kit/clock.ts";
import type { Ids } from "../kit/ids.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import type { ConversationStore, GroupStore, NewOutboxPart, Received } from "../store/contract.ts";
import type { Group, Message, Turn } from "../store/rows.ts";
import type { NewSwarm, SwarmNode, SwarmRun, SwarmStore } from "../store/swarm-contract.ts";
import { limitWords, overLimit } from "./limits.ts";
import { planSwarm, refused } from "./plan.ts";
import { progressText } from "./progress-text.ts";
import { memberPrompt } from "./prompts.ts";
import { readyRoles } from "./ready-roles.ts";
import { talkingTeams } from "./talking-teams.ts";
import { boardView, nodeView, runView, swarmMessageView, type MemberUsage } from "./views.ts";

export interface SwarmsOptions {
  store: {
    swarms: SwarmStore;
    groups: Pick<GroupStore, "get" | "list" | "all" | "removeHidden">;
    conversations: Pick<ConversationStore, "get">;
  };
  clock: Clock;
  ids: Ids;
  logger: Logger;
  limits: SwarmLimits;
  /** A template's team, or null. */
  template: (name: string) => Promise<SwarmTeam | null>;
  turns: {
    /** A message and its turn are stored: have it worked on. */
    received: (received: Received) => void;
    open: (groupId?: string) => Promise<Turn[]>;
    stop: (turnId: string) => Promise<unknown>;
  };
  sandboxes: {
    isUp: (memberId: string) => boolean;
    stop: (memberId: string) => Promise<unknown>;
    /** With its volumes and network. */
    forget: (group: { id: string; folder: string }) => Promise<void>;
  };
  render: (address: Address, markdown: string) => NewOutboxPart[];
  publish: (event: PraktorEvent) => void;
  /** Words were stored in a chat: show and deliver them. */
  onSaid: (message: Message) => void;
}

/** After a step that the store refused. */
const retryMs = 2_000;
/** The chat is told of progress at most this often. */
const progressEveryMs = 1_500;
const longestTimerMs = 2 ** 31 - 1;
const createTries = 3;

export class Swarms implements AsyncDisposable {
  readonly #options: SwarmsOptions;
  readonly #background: Background;
  /** Runs that are being moved on; true: something changed meanwhile. */
  readonly #moving = new Map<string, boolean>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #progress = new Map<string, { timer: NodeJS.Timeout | null; saidAt: number; text: string }>();
  /** Of runs that are not over: the run of each member. */
  readonly #runOf = new Map<string, string>();
  #closed = false;

  constructor(options: SwarmsOptions) {
    this.#options = options;
    this.#background = new Background((error) =>
      options.logger.error({ error: errorMessage(error) }, "work for a swarm failed"),
    );
  }

  /** Plans the run and starts it; returns at once. Rejects with `invalid` or `not_found` and a sentence. */
  async start(
    wish: SwarmCreate,
    from: { groupId?: string | undefined; conversationId?: string | null } = {},
  ): Promise<SwarmRunView> {
    const { store, template, limits, publish, ids } = this.#options;
    const team = wish.template === undefined ? wish : await template(wish.template);
    if (!team) throw new PraktorError("not_found", `There is no template “${wish.template ?? ""}”.`);
    const plan = planSwarm({
      agents: team.agents ?? [],
      edges: wish.edges ?? team.edges,
      lead: wish.lead ?? team.lead,
    });
    const asker = await this.#asker(from.groupId ?? wish.group_id);
    const folders = new Map((await store.groups.list()).map((group) => [group.folder, group]));
    const files = plan.agents.map(({ role, group_folder: folder }) => {
      if (folder === undefined || folder === null) return null;
      const owner = folders.get(folder);
      if (!owner) throw refused(`“${role}” is to read the folder “${folder}”, but no group has it.`);
      return owner.id;
    });
    for (let attempt = 1; ; attempt += 1) {
      const id = ids.next();
      const swarm: NewSwarm = {
        id,
        groupId: asker.id,
        conversationId: from.conversationId ?? null,
        name: wish.name ?? clip(wish.task),
        task: wish.task,
        ...plan,
        limits: withDefaults(wish.limits ?? {}, limits),
        nodes: plan.agents.map((agent, position) => ({
          role: agent.role,
          memberId: swarmMemberId(id, agent.role),
          prompt: agent.prompt,
          groupFolder: agent.group_folder ?? null,
          filesOf: files[position] ?? null,
          model: agent.model ?? asker.model,
        })),
      };
      const run = await store.swarms.create(swarm);
      if (!run && attempt < createTries) continue;
      if (!run) throw new PraktorError("conflict", "No free names were found for the members; start it once more.");
      publish({ type: "swarm", swarmId: id, groupId: run.groupId, change: "created", status: run.status, error: null });
      this.#track(run, await store.swarms.nodes(id));
      this.touch(id);
      return await this.get(id);
    }
  }

  /** The same team and task once more. */
  async replay(id: string): Promise<SwarmRunView> {
    const { name, task, agents, edges, lead, limits, groupId, conversationId } = await this.#run(id);
    return await this.start({ name, task, agents, edges, lead, limits }, { groupId, conversationId });
  }

  async list(limit: number): Promise<SwarmRunView[]> {
    const { swarms } = this.#options.store;
    const runs = await swarms.list(limit);
    return await Promise.all(runs.map((run) => this.#view(run)));
  }

  /** Rejects with `not_found`. */
  async get(id: string): Promise<SwarmRunView> {
    return await this.#view(await this.#run(id));
  }

  /** What its members wrote to each other, oldest first. Rejects with `not_found`. */
  async messages(id: string, after?: number): Promise<SwarmMessageView[]> {
    const { swarms } = this.#options.store;
    const run = await this.#run(id);
    return (await swarms.messages(run.id, after === undefined ? {} : { after })).map(swarmMessageView);
  }

  async board(id: string): Promise<SwarmBoardEntry[]> {
    const run = await this.#run(id);
    return (await this.#options.store.swarms.board(run.id)).map(boardView);
  }

  /** Ends a run at any moment; what members have brought stays. One that is over stays as it is. */
  async cancel(id: string): Promise<SwarmRunView> {
    const run = await this.#run(id);
    if (run.status === "running") await this.#finish(run, "cancelled", "It was cancelled.", null);
    return await this.get(id);
  }

  /** With its members' volumes, transcripts and messages. Rejects with `conflict` while it runs. */
  async remove(id: string): Promise<void> {
    const { store, publish } = this.#options;
    const run = await this.#run(id);
    if (run.status === "running") throw new PraktorError("conflict", "The swarm still runs: cancel it first.");
    await this.#endWork(id);
    await this.#removeMembers(id);
    await store.swarms.remove(id);
    const { groupId, status, error } = run;
    publish({ type: "swarm", swarmId: id, groupId, change: "deleted", status, error });
  }

  /** Something about a group changed: its turn began or ended, its sandbox came or went, it used the model. Cheap where it is no member. */
  memberChanged(groupId: string): void {
    const runId = this.#runOf.get(groupId);
    if (runId !== undefined) this.touch(runId);
  }

  /** Moves the run on as far as its rows allow; one mover at a time. */
  touch(runId: string): void {
    if (this.#closed) return;
    if (this.#moving.has(runId)) {
      this.#moving.set(runId, true);
      return;
    }
    this.#moving.set(runId, false);
    this.#background.run(() => this.#move(runId));
  }

  /** After a start of the gateway: runs go on, and what ended runs left behind is ended. */
  async resume(): Promise<void> {
    const { store, turns } = this.#options;
    for (const run of await store.swarms.running()) {
      this.#track(run, await store.swarms.nodes(run.id));
      this.touch(run.id);
    }
    const members = (await store.groups.all()).filter(({ kind }) => kind === "member");
    const known = new Map<string, boolean>();
    for (const { swarmId } of members) {
      if (swarmId !== null && !known.has(swarmId)) known.set(swarmId, (await store.swarms.get(swarmId)) !== null);
    }
    for (const turn of await turns.open()) {
      const isMember = members.some(({ id }) => id === turn.groupId);
      if (isMember && !this.#runOf.has(turn.groupId)) await turns.stop(turn.id);
    }
    for (const [swarmId, isThere] of known) if (!isThere) await this.#removeMembers(swarmId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const { timer } of this.#progress.values()) if (timer) clearTimeout(timer);
    await this.#background[Symbol.asyncDispose]();
  }

  async #move(runId: string): Promise<void> {
    try {
      do {
        this.#moving.set(runId, false);
        await this.#step(runId);
      } while (this.#moving.get(runId) === true && !this.#closed);
      this.#moving.delete(runId);
    } catch (error) {
      this.#moving.delete(runId);
      this.#wakeIn(runId, retryMs);
      throw error;
    }
  }

  async #step(runId: string): Promise<void> {
    const { swarms } = this.#options.store;
    const run = await swarms.get(runId);
    if (run?.status !== "running") return this.#untrack(runId);
    const usage = await swarms.usage(runId);
    const excess = overLimit(run, usage, this.#options.clock.now());
    if (excess !== null) return await this.#finish(run, "failed", excess, null);
    await this.#endLate(run, usage);
    await this.#seeWork(run, usage);
    await this.#settle(run, usage);
    const nodes = await this.#beginReady(run, usage);
    const lead = nodes.find(({ role }) => role === run.lead);
    const others = nodes.filter(({ role }) => role !== run.lead);
    if (others.length > 0 && others.every(({ state }) => state === "failed")) {
      const reasons = others.map(({ role, error }) => `${role}: ${error ?? ""}`).join("; ");
      return await this.#finish(run, "failed", `Every member failed. ${reasons}`, null);
    }
    if (lead?.state === "succeeded") return await this.#finish(run, "succeeded", null, lead.result);
    if (lead?.state === "failed") {
      return await this.#finish(run, "failed", `The lead “${lead.role}” failed. ${lead.error ?? ""}`, null);
    }
    this.#tellProgress(run, nodes);
    this.#setTimer(run, nodes);
  }

  /** Members that took longer than they may. */
  async #endLate(run: SwarmRun, usage: MemberUsage): Promise<void> {
    const { store, clock } = this.#options;
    for (const node of await store.swarms.nodes(run.id)) {
      if (node.startedAt === null || node.finishedAt !== null || node.state === "idle") continue;
      if (clock.now() - node.startedAt < run.limits.node_ms) continue;
      const failed = await store.swarms.failNode(run.id, node.role, limitWords.node(run.limits.node_ms));
      if (failed) this.#publishNode(run, failed, usage);
      await this.#stopTurns(node.memberId);
      this.#stopSandbox(node.memberId);
    }
  }

  /** Takes over from the turns who waits, works and listens. */
  async #seeWork(run: SwarmRun, usage: MemberUsage): Promise<void> {
    const { swarms } = this.#options.store;
    const nodes = new Map((await swarms.nodes(run.id)).map((node) => [node.role, node]));
    for (const { role, open, running, answer } of await swarms.work(run.id)) {
      const memberId = nodes.get(role)?.memberId ?? "";
      const isUp = running && this.#options.sandboxes.isUp(memberId);
      const changed = await swarms.setState(run.id, role, open ? (isUp ? "running" : "queued") : "idle", answer);
      if (changed) this.#publishNode(run, changed, usage);
    }
  }

  /** Who talks is done when all who talk together have nothing left to do. */
  async #settle(run: SwarmRun, usage: MemberUsage): Promise<void> {
    const { swarms } = this.#options.store;
    const nodes = await swarms.nodes(run.id);
    const teams = talkingTeams(
      run.agents.map(({ role }) => role),
      run.edges,
    );
    for (const team of new Set(teams.values())) {
      const rest = nodes.filter(({ role, finishedAt }) => team.includes(role) && finishedAt === null);
      if (rest.length === 0 || rest.some(({ state }) => state !== "idle")) continue;
      const settled = await swarms.settle(
        run.id,
        rest.map(({ role }) => role),
      );
      for (const node of settled ?? []) {
        this.#publishNode(run, node, usage);
        this.#stopSandbox(node.memberId);
      }
      // A message came in the same moment.
      if (!settled) this.touch(run.id);
    }
  }

  async #beginReady(run: SwarmRun, usage: MemberUsage): Promise<SwarmNode[]> {
    const { store, ids, turns } = this.#options;
    const nodes = await store.swarms.nodes(run.id);
    const done = new Set(nodes.filter(({ finishedAt }) => finishedAt !== null).map(({ role }) => role));
    const waiting = new Set(nodes.filter(({ state }) => state === "waiting").map(({ role }) => role));
    const ready = readyRoles(run, done, waiting);
    if (ready.length === 0) return nodes;
    for (const node of nodes.filter(({ role }) => ready.includes(role))) {
      const prompt = memberPrompt(run, node, nodes);
      const begun = { runId: run.id, role: node.role, turnId: ids.next(), prompt, title: `${run.name}: ${node.role}` };
      const received = await store.swarms.begin(begun);
      if (received) turns.received(received);
    }
    const now = await store.swarms.nodes(run.id);
    for (const node of now.filter(({ role }) => ready.includes(role))) this.#publishNode(run, node, usage);
    return now;
  }

  async #finish(
    run: SwarmRun,
    status: "succeeded" | "failed" | "cancelled",
    error: string | null,
    answer: string | null,
  ): Promise<void> {
    const { store, render, publish, onSaid, logger } = this.#options;
    const conversation = run.conversationId === null ? null : await store.conversations.get(run.conversationId);
    const content =
      answer ??
      `${status === "cancelled" ? "✖️" : "⚠️"} The swarm “${run.name}” ended without an answer. ${error ?? ""}`;
    const usage = await store.swarms.usage(run.id);
    const before = await store.swarms.nodes(run.id);
    const last = before.map((node) =>
      node.finishedAt === null ? { ...node, state: "cancelled" as const, finishedAt: 0 } : node,
    );
    await this.#sayProgress({ ...run, status }, last);
    const ended = await store.swarms.finish({
      runId: run.id,
      status,
      error,
      answer,
      say: conversation && {
        role: answer === null ? "notice" : "assistant",
        content,
        parts: render(conversation.address, content),
      },
    });
    if (!ended) return;
    logger.info({ swarm: run.id, status, error }, "a swarm ended");
    const wasOpen = new Set(before.filter(({ finishedAt }) => finishedAt === null).map(({ role }) => role));
    for (const node of ended.nodes) if (wasOpen.has(node.role)) this.#publishNode(ended.run, node, usage);
    publish({ type: "swarm", swarmId: run.id, groupId: run.groupId, change: "updated", status, error });
    if (ended.message) onSaid(ended.message);
    this.#untrack(run.id);
    await this.#endWork(run.id);
  }

  /** Nobody works for a run that is over. */
  async #endWork(runId: string): Promise<void> {
    for (const { memberId } of await this.#options.store.swarms.nodes(runId)) {
      await this.#stopTurns(memberId);
      this.#stopSandbox(memberId);
    }
  }

  async #stopTurns(memberId: string): Promise<void> {
    const { turns } = this.#options;
    // The waiting ones first: stopping the running one would start the next.
    for (const turn of (await turns.open(memberId)).toReversed()) await turns.stop(turn.id);
  }

  #stopSandbox(memberId: string): void {
    this.#background.run(async () => void (await this.#options.sandboxes.stop(memberId)));
  }

  async #removeMembers(swarmId: string): Promise<void> {
    const { store, sandboxes } = this.#options;
    const members = (await store.groups.all()).filter((group) => group.swarmId === swarmId);
    for (const member of members) {
      await sandboxes.forget(member);
      await store.groups.removeHidden(member.id);
    }
    // The volume that they shared.
    const shared = members[0]?.id.slice(0, "sw-".length + 8);
    if (shared !== undefined) await sandboxes.forget({ id: shared, folder: shared });
  }

  #track(run: SwarmRun, nodes: readonly SwarmNode[]): void {
    for (const { memberId } of nodes) this.#runOf.set(memberId, run.id);
  }

  #untrack(runId: string): void {
    for (const [memberId, of] of this.#runOf) if (of === runId) this.#runOf.delete(memberId);
    clearTimeout(this.#timers.get(runId));
    this.#timers.delete(runId);
    const progress = this.#progress.get(runId);
    if (progress?.timer) clearTimeout(progress.timer);
    this.#progress.delete(runId);
  }

  #setTimer(run: SwarmRun, nodes: readonly SwarmNode[]): void {
    const ends = nodes.flatMap(({ startedAt, finishedAt }) =>
      startedAt === null || finishedAt !== null ? [] : [startedAt + run.limits.node_ms],
    );
    const next = Math.min(run.startedAt + run.limits.run_ms, ...ends.filter((at) => at > this.#options.clock.now()));
    this.#wakeIn(run.id, next - this.#options.clock.now());
  }

  #wakeIn(runId: string, delayMs: number): void {
    clearTimeout(this.#timers.get(runId));
    if (this.#closed) return;
    this.#timers.set(
      runId,
      setTimeout(() => this.touch(runId), Math.min(Math.max(delayMs, 10), longestTimerMs)),
    );
  }

  #tellProgress(run: SwarmRun, nodes: readonly SwarmNode[]): void {
    if (run.conversationId === null) return;
    const text = progressText(run, nodes);
    const progress = this.#progress.get(run.id) ?? { timer: null, saidAt: 0, text: "" };
    this.#progress.set(run.id, progress);
    if (progress.text === text) return;
    progress.text = text;
    if (progress.timer) return;
    const delayMs = Math.max(0, progress.saidAt + progressEveryMs - this.#options.clock.now());
    progress.timer = setTimeout(() => {
      progress.timer = null;
      progress.saidAt = this.#options.clock.now();
      this.#background.run(() => this.#sayText(run, progress.text));
    }, delayMs);
  }

  async #sayProgress(run: SwarmRun, nodes: readonly SwarmNode[]): Promise<void> {
    const timer = this.#progress.get(run.id)?.timer;
    if (timer) clearTimeout(timer);
    await this.#sayText(run, progressText(run, nodes));
  }

  async #sayText(run: SwarmRun, text: string): Promise<void> {
    const { store, render, onSaid } = this.#options;
    const conversation = run.conversationId === null ? null : await store.conversations.get(run.conversationId);
    if (!conversation) return;
    const message = await store.swarms.progress(run.id, text, render(conversation.address, text)[0] ?? null);
    if (message) onSaid(message);
  }

  #publishNode(run: SwarmRun, node: SwarmNode, usage: MemberUsage): void {
    this.#options.publish({ type: "swarm_node", swarmId: run.id, node: nodeView(node, run.lead, usage) });
  }

  async #run(id: string): Promise<SwarmRun> {
    const run = await this.#options.store.swarms.get(id);
    if (!run) throw new PraktorError("not_found", `There is no swarm “${id}”.`);
    return run;
  }

  async #view(run: SwarmRun): Promise<SwarmRunView> {
    const { swarms } = this.#options.store;
    const [nodes, usage] = await Promise.all([swarms.nodes(run.id), swarms.usage(run.id)]);
    return runView(run, nodes, usage);
  }

  async #asker(groupId: string | undefined): Promise<Group> {
    const { groups } = this.#options.store;
    if (groupId !== undefined) {
      const group = await groups.get(groupId);
      if (group?.kind === "chat") return group;
      throw new PraktorError("not_found", `There is no group "${groupId}".`);
    }
    const known = await groups.list();
    const main = known.find(({ isMain }) => isMain) ?? known[0];
    if (main) return main;
    throw refused("A swarm works for a group, and there is none yet: make one first.");
  }
}

function clip(task: string): string {
  const line = task.split("\n")[0]?.trim() ?? "";
  return line.length > 60 ? `${line.slice(0, 59).trimEnd()}…` : line;
}

/** Left out keeps the default; null is a wish. */
function withDefaults(wish: NonNullable<SwarmCreate["limits"]>, defaults: SwarmLimits): SwarmLimits {
  const { node_ms = defaults.node_ms, run_ms = defaults.run_ms } = wish;
  const { tokens = defaults.tokens, cost_usd = defaults.cost_usd } = wish;
  return { node_ms, run_ms, tokens, cost_usd };
}
