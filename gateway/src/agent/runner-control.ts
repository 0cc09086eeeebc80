/** What the gateway tells a runner besides its work: to say what it holds, and to leave a turn. */
import { AgentControlReply, type AgentControl, type RunnerStatus } from "@praktor/protocol/agent-control";
import * as subjects from "@praktor/protocol/subjects";
import { deadline, sleep } from "../kit/deadline.ts";
import type { TurnStore } from "../store/contract/turn-store.ts";
import type { Turn } from "../store/rows.ts";
import type { AskSandbox } from "./ask-sandbox.ts";
import type { TurnEndings } from "./turn-endings.ts";

export interface RunnerControlOptions {
  turns: Pick<TurnStore, "get">;
  endings: Pick<TurnEndings, "fail">;
  request: AskSandbox;
  /** Nothing is asked after it. */
  lifetime: AbortSignal;
}

const controlTimeoutMs = 5_000;

export class RunnerControl {
  readonly #options: RunnerControlOptions;

  constructor(options: RunnerControlOptions) {
    this.#options = options;
  }

  /** What the runner holds; null when it does not say. */
  async status(groupId: string): Promise<RunnerStatus | null> {
    const reply = await this.#tell(groupId, { command: "status" });
    return reply?.status === "ok" ? (reply.runner ?? null) : null;
  }

  /** The runner must not go on with a turn that is over. Never rejects. */
  async leave({ groupId, id }: Turn): Promise<void> {
    await this.#tell(groupId, { command: "interrupt", turnId: id });
  }

  /** On the person's wish: the runner has its time to end the turn by itself. */
  async interrupt(turn: Turn, signal: AbortSignal): Promise<void> {
    const { turns, endings } = this.#options;
    const reply = await this.#tell(turn.groupId, { command: "interrupt", turnId: turn.id });
    if (reply?.status === "ok") await sleep(controlTimeoutMs, signal);
    // A late fact of it is stale.
    const current = await turns.get(turn.id);
    if (current?.state === "running") await endings.fail(current, "interrupted", "stopped by the person");
  }

  async #tell(groupId: string, command: AgentControl): Promise<AgentControlReply | null> {
    const { request, lifetime } = this.#options;
    const signal = deadline(lifetime, controlTimeoutMs);
    return await request(subjects.agentControl(groupId), command, AgentControlReply, controlTimeoutMs, signal).catch(
      () => null,
    );
  }
}
