/** What sandboxes report: live text goes to whoever watches, facts into the store, and only then are they acknowledged. */
import type { Address } from "@praktor/protocol/address";
import { AgentOutput, type FactOutput, type FactReply } from "@praktor/protocol/agent-output";
import type { PraktorEvent } from "@praktor/protocol/events";
import type { PassPoint } from "../kit/crash-points.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import type { ConversationStore } from "../store/contract/conversation-store.ts";
import type { NewOutboxPart } from "../store/contract/outbox-store.ts";
import type { FactOutcome, TurnStore } from "../store/contract/turn-store.ts";
import type { Turn } from "../store/rows.ts";
import { emptyAnswer, notices } from "./explanations.ts";
import type { RunningTurns } from "./running-turns.ts";
import type { TurnEndings } from "./turn-endings.ts";

export interface TurnFactsOptions {
  turns: TurnStore;
  conversations: ConversationStore;
  running: RunningTurns;
  endings: TurnEndings;
  logger: Logger;
  /** Without secrets. Asked only for what a turn of the group may say now: it reads every letter. */
  clean: <Output extends AgentOutput>(groupId: string, output: Output) => Promise<Output>;
  render: (address: Address, markdown: string) => NewOutboxPart[];
  publish: (event: PraktorEvent) => void;
  /** The message of the channel that a short answer may replace, so that it grows in its place; null: a new one. */
  answerPlace?: (turn: Turn) => Promise<string | null>;
  passPoint?: PassPoint;
}

/** Facts on the way of a turn, which does not end with them. */
type PassingFact = Extract<FactOutput, { type: "started" | "tool" | "restart" | "notice" }>;

const replies: Record<FactOutcome, FactReply> = {
  applied: { status: "committed" },
  duplicate: { status: "committed" },
  stale: { status: "stale" },
  unknown: { status: "refused", message: "This group has no such turn." },
};

export class TurnFacts {
  readonly #options: TurnFactsOptions;

  constructor(options: TurnFactsOptions) {
    this.#options = options;
  }

  /** `groupId` is the subject's, which the credential proves. Never rejects; null for live output, which nobody acknowledges. */
  async handle(groupId: string, data: unknown): Promise<FactReply | null> {
    const { logger, running, turns, clean, publish } = this.#options;
    const parsed = AgentOutput.safeParse(data);
    if (!parsed.success) {
      logger.warn({ group: groupId, problem: parsed.error.message }, "a sandbox sent an output of unknown shape");
      return { status: "refused", message: "The output does not parse." };
    }
    const output = parsed.data;
    if (output.type === "text" || output.type === "thinking") {
      if (!running.hears(groupId, output)) return null;
      const piece = await clean(groupId, output);
      if (running.append(piece)) publish({ ...piece, groupId });
      return null;
    }
    try {
      const place = await turns.place(groupId, output);
      return replies[place === "current" ? await this.#apply(groupId, await clean(groupId, output)) : place];
    } catch (error) {
      logger.error(
        { group: groupId, turn: output.turnId, error: errorMessage(error) },
        "a fact could not be stored; the sandbox repeats it",
      );
      return { status: "error", message: "The gateway could not store this; send it again." };
    }
  }

  async #apply(groupId: string, fact: FactOutput): Promise<FactOutcome> {
    switch (fact.type) {
      case "result":
        return await this.#result(groupId, fact);
      case "failed":
        return await this.#failed(groupId, fact);
      case "started":
      case "tool":
      case "restart":
      case "notice": {
        const outcome = await this.#options.turns.record(groupId, this.#bounded(fact));
        this.#options.passPoint?.("fact_committed");
        if (outcome === "applied") await this.#show(groupId, fact);
        return outcome;
      }
      default:
        return fact satisfies never;
    }
  }

  /** A turn that says more than one does is followed by its bare facts: their words would fill the disk. */
  #bounded(fact: PassingFact): PassingFact {
    if (fact.type === "tool") {
      const { input, output, ...bare } = fact;
      return this.#options.running.keeps(fact.turnId, (input ?? "").length + (output ?? "").length) ? fact : bare;
    }
    if (fact.type !== "restart") return fact;
    return this.#options.running.keeps(fact.turnId, fact.reason.length) ? fact : { ...fact, reason: "" };
  }

  async #result(groupId: string, fact: Extract<FactOutput, { type: "result" }>): Promise<FactOutcome> {
    const { turns, conversations, endings, render, passPoint } = this.#options;
    const conversation = await conversations.get(fact.conversationId);
    if (!conversation || conversation.groupId !== groupId) return "unknown";
    const answer = { ...fact, content: fact.content.trim() === "" ? emptyAnswer : fact.content };
    const parts = await this.#placed(fact.turnId, render(conversation.address, answer.content));
    const outcome = await turns.succeed(groupId, answer, parts);
    if (outcome.outcome === "applied") passPoint?.("result_committed");
    if (outcome.outcome === "applied") endings.succeeded(outcome.turn, outcome.message);
    return outcome.outcome;
  }

  /** Only what fits into one message can take the place of one. */
  async #placed(turnId: string, parts: NewOutboxPart[]): Promise<NewOutboxPart[]> {
    const { running, answerPlace } = this.#options;
    const turn = running.get(turnId)?.turn;
    const [part, ...others] = parts;
    if (!turn || part?.body.type !== "text" || others.length > 0) return parts;
    const editOf = (await answerPlace?.(turn)) ?? null;
    return editOf === null ? parts : [{ ...part, editOf }];
  }

  async #failed(groupId: string, fact: Extract<FactOutput, { type: "failed" }>): Promise<FactOutcome> {
    const { turns, endings } = this.#options;
    const turn = await turns.get(fact.turnId);
    if (!turn || turn.groupId !== groupId) return "unknown";
    if (turn.attempt !== fact.attempt || turn.state === "queued") return "stale";
    if (turn.state !== "running") return "duplicate";
    await endings.fail(turn, fact.code, fact.content, { fact, attempt: fact.attempt });
    return "applied";
  }

  /** The live view of a fact that was stored just now. */
  async #show(groupId: string, fact: PassingFact): Promise<void> {
    const { running, publish, endings } = this.#options;
    const { turnId, conversationId } = fact;
    switch (fact.type) {
      case "started":
        running.inSession(turnId, fact.sessionId);
        return;
      case "tool": {
        running.tool(turnId, {
          id: fact.toolUseId,
          name: fact.name,
          input: fact.input ?? null,
          output: fact.output ?? null,
          is_error: fact.isError ?? false,
          duration_ms: fact.durationMs ?? null,
          done: fact.phase === "finished",
        });
        publish({ ...fact, groupId });
        return;
      }
      case "restart":
        running.restart(turnId);
        publish({ type: "restart", groupId, conversationId, turnId, reason: fact.reason });
        return;
      case "notice": {
        const turn = running.get(turnId)?.turn;
        if (turn && running.isFirstNotice(turnId, fact.code)) await endings.notice(turn, notices[fact.code]);
        return;
      }
      default:
        fact satisfies never;
    }
  }
}
