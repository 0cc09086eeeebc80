/** One step of a run: what its rows and its members' turns allow now. May be taken at any time, twice, and after any crash. */
import { talkingTeams } from "@praktor/protocol/talking-teams";
import type { SwarmNode, SwarmRun } from "../store/contract/swarm-store.ts";
import { limitWords, overLimit } from "./limits.ts";
import type { MemberSandboxes } from "./member-sandboxes.ts";
import { memberPrompt } from "./prompts.ts";
import { readyRoles } from "./ready-roles.ts";
import type { SwarmsOptions } from "./swarms-options.ts";
import { nodeEvent, type MemberUsage } from "./views.ts";

export type StepOutcome =
  /** Nothing is left to move on. */
  | { type: "over" }
  | { type: "ends"; run: SwarmRun; status: "succeeded" | "failed"; error: string | null; answer: string | null }
  /** `again`: something changed in the middle of it. */
  | { type: "goes_on"; run: SwarmRun; nodes: SwarmNode[]; again: boolean };

type StepOptions = Pick<SwarmsOptions, "store" | "clock" | "ids" | "turns" | "sandboxes" | "publish">;

export class RunStep {
  readonly #options: StepOptions;
  readonly #members: MemberSandboxes;

  constructor(options: StepOptions, members: MemberSandboxes) {
    this.#options = options;
    this.#members = members;
  }

  async take(runId: string): Promise<StepOutcome> {
    const { swarms } = this.#options.store;
    const run = await swarms.get(runId);
    if (run?.status !== "running") return { type: "over" };
    const usage = await swarms.usage(runId);
    const excess = overLimit(run, usage, this.#options.clock.now());
    if (excess !== null) return { type: "ends", run, status: "failed", error: excess, answer: null };
    await this.#endLate(run, usage);
    await this.#seeWork(run, usage);
    const again = await this.#settle(run, usage);
    const nodes = await this.#beginReady(run, usage);
    return endOf(run, nodes) ?? { type: "goes_on", run, nodes, again };
  }

  /** Members that took longer than they may. */
  async #endLate(run: SwarmRun, usage: MemberUsage): Promise<void> {
    const { store, clock } = this.#options;
    for (const node of await store.swarms.nodes(run.id)) {
      if (node.startedAt === null || node.finishedAt !== null || node.state === "idle") continue;
      if (clock.now() - node.startedAt < run.limits.node_ms) continue;
      const failed = await store.swarms.failNode(run.id, node.role, limitWords.node(run.limits.node_ms));
      if (failed) this.#publishNode(run, failed, usage);
      await this.#members.end(node.memberId);
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

  /** Who talks is done when all who talk together have nothing left to do. True: a message came in the same moment. */
  async #settle(run: SwarmRun, usage: MemberUsage): Promise<boolean> {
    const { swarms } = this.#options.store;
    const nodes = await swarms.nodes(run.id);
    const teams = talkingTeams(
      run.agents.map(({ role }) => role),
      run.edges,
    );
    let again = false;
    for (const team of new Set(teams.values())) {
      const rest = nodes.filter(({ role, finishedAt }) => team.includes(role) && finishedAt === null);
      if (rest.length === 0 || rest.some(({ state }) => state !== "idle")) continue;
      const settled = await swarms.settle(
        run.id,
        rest.map(({ role }) => role),
      );
      for (const node of settled ?? []) {
        this.#publishNode(run, node, usage);
        this.#members.stop(node.memberId);
      }
      again ||= settled === null;
    }
    return again;
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

  #publishNode(run: SwarmRun, node: SwarmNode, usage: MemberUsage): void {
    this.#options.publish(nodeEvent(run, node, usage));
  }
}

/** Null while it goes on. */
function endOf(run: SwarmRun, nodes: readonly SwarmNode[]): StepOutcome | null {
  const lead = nodes.find(({ role }) => role === run.lead);
  const others = nodes.filter(({ role }) => role !== run.lead);
  const failed = (error: string): StepOutcome => ({ type: "ends", run, status: "failed", error, answer: null });
  if (others.length > 0 && others.every(({ state }) => state === "failed")) {
    return failed(`Every member failed. ${others.map(({ role, error }) => `${role}: ${error ?? ""}`).join("; ")}`);
  }
  if (lead?.state === "failed") return failed(`The lead “${lead.role}” failed. ${lead.error ?? ""}`);
  if (lead?.state !== "succeeded") return null;
  return { type: "ends", run, status: "succeeded", error: null, answer: lead.result };
}
