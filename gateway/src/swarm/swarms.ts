/** Runs of swarms: started, moved on from what the rows say, limited, cancelled, resumed. */
import type {
  SwarmBoardEntry,
  SwarmCreate,
  SwarmLimits,
  SwarmMessageView,
  SwarmRunView,
} from "@praktor/protocol/swarm";
import { Background } from "../kit/background.ts";
import { escapeMarkdown } from "../kit/escape-markdown.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import type { SwarmNode, SwarmRun } from "../store/contract/swarm-store.ts";
import { MemberSandboxes } from "./member-sandboxes.ts";
import { newSwarm, type SwarmOrigin } from "./new-swarm.ts";
import { RunMover } from "./run-mover.ts";
import { RunProgress } from "./run-progress.ts";
import { RunStep } from "./run-step.ts";
import type { SwarmsOptions } from "./swarms-options.ts";
import { boardView, nodeEvent, runView, swarmMessageView } from "./views.ts";

const createTries = 3;

export class Swarms implements AsyncDisposable {
  readonly #options: SwarmsOptions;
  readonly #background: Background;
  readonly #members: MemberSandboxes;
  readonly #step: RunStep;
  readonly #mover: RunMover;
  readonly #progress: RunProgress;
  /** Of runs that are not over: the run of each member. */
  readonly #runOf = new Map<string, string>();

  constructor(options: SwarmsOptions) {
    this.#options = options;
    this.#background = new Background((error) =>
      options.logger.error({ error: errorMessage(error) }, "work for a swarm failed"),
    );
    this.#members = new MemberSandboxes(options, this.#background);
    this.#step = new RunStep(options, this.#members);
    this.#mover = new RunMover((runId) => this.#move(runId), this.#background);
    this.#progress = new RunProgress(options, this.#background);
  }

  /** Plans the run and starts it; returns at once. Rejects with `invalid` or `not_found` and a sentence. */
  async start(wish: SwarmCreate, from: SwarmOrigin = {}): Promise<SwarmRunView> {
    const { store, publish, ids } = this.#options;
    const underId = await newSwarm(this.#options, wish, from);
    for (let attempt = 1; attempt <= createTries; attempt += 1) {
      const id = ids.next();
      const run = await store.swarms.create(underId(id));
      if (!run) continue;
      publish({ type: "swarm", swarmId: id, groupId: run.groupId, change: "created", status: run.status, error: null });
      this.#track(run, await store.swarms.nodes(id));
      this.touch(id);
      return await this.get(id);
    }
    throw new PraktorError("conflict", "No free names were found for the members; start it once more.");
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

  /** Of a run that asks for none. */
  get limits(): SwarmLimits {
    return this.#options.limits;
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

  /** Ends a run at any moment; what members have brought stays. One that is over stays as it is. `why` is a sentence. */
  async cancel(id: string, why = "It was cancelled."): Promise<SwarmRunView> {
    const run = await this.#run(id);
    if (run.status === "running") await this.#finish(run, "cancelled", why, null);
    return await this.get(id);
  }

  /** With its members' volumes, transcripts and messages. Rejects with `conflict` while it runs. */
  async remove(id: string): Promise<void> {
    const { store, publish } = this.#options;
    const run = await this.#run(id);
    if (run.status === "running") throw new PraktorError("conflict", "The swarm still runs: cancel it first.");
    await this.#members.endAll(id);
    await this.#members.remove(id);
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
    this.#mover.touch(runId);
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
    for (const [swarmId, isThere] of known) if (!isThere) await this.#members.remove(swarmId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#mover[Symbol.dispose]();
    this.#progress[Symbol.dispose]();
    await this.#background[Symbol.asyncDispose]();
  }

  async #move(runId: string): Promise<void> {
    const outcome = await this.#step.take(runId);
    switch (outcome.type) {
      case "over":
        return this.#untrack(runId);
      case "ends":
        return await this.#finish(outcome.run, outcome.status, outcome.error, outcome.answer);
      case "goes_on":
        if (outcome.again) this.touch(runId);
        this.#progress.tell(outcome.run, outcome.nodes);
        return this.#setTimer(outcome.run, outcome.nodes);
      default:
        outcome satisfies never;
    }
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
      `${status === "cancelled" ? "✖️" : "⚠️"} The swarm “${escapeMarkdown(run.name)}” ended without an answer. ${error ?? ""}`;
    const usage = await store.swarms.usage(run.id);
    const before = await store.swarms.nodes(run.id);
    const last = before.map((node) =>
      node.finishedAt === null ? { ...node, state: "cancelled" as const, finishedAt: 0 } : node,
    );
    await this.#progress.tellNow({ ...run, status }, last);
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
    for (const node of ended.nodes) if (wasOpen.has(node.role)) publish(nodeEvent(ended.run, node, usage));
    publish({ type: "swarm", swarmId: run.id, groupId: run.groupId, change: "updated", status, error });
    if (ended.message) onSaid(ended.message);
    this.#untrack(run.id);
    await this.#members.endAll(run.id);
  }

  #track(run: SwarmRun, nodes: readonly SwarmNode[]): void {
    for (const { memberId } of nodes) this.#runOf.set(memberId, run.id);
  }

  #untrack(runId: string): void {
    for (const [memberId, of] of this.#runOf) if (of === runId) this.#runOf.delete(memberId);
    this.#mover.forget(runId);
    this.#progress.forget(runId);
  }

  #setTimer(run: SwarmRun, nodes: readonly SwarmNode[]): void {
    const ends = nodes.flatMap(({ startedAt, finishedAt }) =>
      startedAt === null || finishedAt !== null ? [] : [startedAt + run.limits.node_ms],
    );
    const next = Math.min(run.startedAt + run.limits.run_ms, ...ends.filter((at) => at > this.#options.clock.now()));
    this.#mover.wakeIn(run.id, next - this.#options.clock.now());
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
}
