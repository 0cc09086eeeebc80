/** Questions that people answer with a button, in Telegram or on the page: kept in the store, answered once, over a restart too. */
import type { Address } from "@praktor/protocol/address";
import type { ApprovalView } from "@praktor/protocol/approvals";
import type { PraktorEvent } from "@praktor/protocol/events";
import type { Audit } from "../kit/audit.ts";
import type { Clock } from "../kit/clock.ts";
import { abortable } from "../kit/deadline.ts";
import { escapeMarkdown } from "../kit/escape-markdown.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import type { ApprovalStore } from "../store/contract/approval-store.ts";
import type { ConversationStore } from "../store/contract/conversation-store.ts";
import type { GroupStore } from "../store/contract/group-store.ts";
import type { NewOutboxPart } from "../store/contract/outbox-store.ts";
import type { Approval } from "../store/rows.ts";
import { approvalView } from "./approval-view.ts";
import { messageView } from "./message-view.ts";
import { speakingPlace } from "./speaking-place.ts";

/** Who answers: a person in Telegram, or somebody at the page. */
export type Answerer = { type: "telegram"; id: string; name: string } | { type: "page" };

export interface Question {
  groupId: string;
  /** Where it is asked. */
  conversationId: string;
  /** With the turn's end the question is void. */
  turnId: string | null;
  /** The same key of a group is the same question. */
  key: string;
  /** Markdown that fits into one message. */
  question: string;
  choices: readonly { id: string; label: string }[];
  /** How long people have. */
  patienceMs: number;
}

export interface ApprovalsOptions {
  store: ApprovalStore;
  conversations: Pick<ConversationStore, "get" | "list">;
  groups: Pick<GroupStore, "get">;
  clock: Clock;
  audit: Audit;
  publish: (event: PraktorEvent) => void;
  /** Markdown as parts for an address, with a button for each choice under it; none where nothing is delivered. */
  render: (address: Address, markdown: string, buttons: { text: string; data: string }[]) => NewOutboxPart[];
  onOutgoing: () => void;
}

/** An agent in a loop must not flood people; what is more is refused. */
const mostOpenOfGroup = 10;
const noLongerNeeded = "No answer is needed any more.";

export class Approvals {
  readonly #options: ApprovalsOptions;
  /** By question: who waits to hear of its end. */
  readonly #waiting = new Map<string, Set<(approval: Approval) => void>>();

  constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  /** Asks, or finds what was asked and how it stands. Rejects with `too_many` while a group has enough open questions. */
  async askPerson({ patienceMs, ...question }: Question): Promise<Approval> {
    const { store, clock, render, publish, onOutgoing } = this.#options;
    const place = await speakingPlace(this.#options, question.groupId, question.conversationId);
    // The group whose people see it, and may answer.
    const { groupId } = place;
    const open = (await store.open()).filter((other) => other.groupId === groupId);
    if (open.length >= mostOpenOfGroup && open.every(({ key }) => key !== question.key)) {
      throw new PraktorError("too_many", "Too many questions wait for an answer in this group already.");
    }
    const { approval, message } = await store.ask({
      ...question,
      groupId,
      conversationId: place.id,
      expiresAt: clock.now() + patienceMs,
      parts: (id) =>
        render(
          place.address,
          question.question,
          question.choices.map((choice) => ({ text: choice.label, data: `ask:${id}:${choice.id}` })),
        ),
    });
    if (message) {
      publish({ type: "message", groupId, message: messageView(message, { approval }) });
      this.#tell(approval);
      onOutgoing();
    }
    return approval;
  }

  /** How the question of this id stands; null: there is none. */
  async get(id: string): Promise<Approval | null> {
    return await this.#options.store.get(id);
  }

  /** The question as it was settled. Rejects when the signal aborts, and with `not_found`. */
  async settled(id: string, signal: AbortSignal): Promise<Approval> {
    const { promise, resolve } = Promise.withResolvers<Approval>();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(resolve));
    try {
      // Heard from here on; it may have been settled before.
      const approval = await abortable(this.#options.store.get(id), signal);
      if (!approval) throw new PraktorError("not_found", "There is no such question.");
      return approval.state === "open" ? await abortable(promise, signal) : approval;
    } finally {
      waiting.delete(resolve);
      if (waiting.size === 0) this.#waiting.delete(id);
    }
  }

  /** Nobody needs its answer any more. */
  async withdraw(id: string): Promise<void> {
    const approval = await this.#options.store.get(id);
    if (approval?.state === "open") await this.#settle(approval, "void", noLongerNeeded);
  }

  async open(): Promise<ApprovalView[]> {
    return (await this.#options.store.open()).map(approvalView);
  }

  /** Rejects with `not_found`, `invalid` for a choice that was not offered, and `conflict` when it was settled before. */
  async choose(id: string, choice: string, by: Answerer): Promise<Approval> {
    const approval = await this.#options.store.get(id);
    if (!approval) throw new PraktorError("not_found", "There is no such question.");
    const chosen = approval.choices.find((offered) => offered.id === choice);
    if (!chosen) throw new PraktorError("invalid", "That is not one of the choices.");
    const name = by.type === "page" ? "on the page" : `by ${escapeMarkdown(by.name)}`;
    const actor = by.type === "page" ? "page" : `telegram:${by.id}`;
    const settled = await this.#settle(approval, "chosen", `${chosen.label} – ${name}`, { choice, by: actor });
    if (!settled) throw new PraktorError("conflict", "That was decided before.");
    this.#options.audit.record({
      actor: by.type === "page" ? { type: "page", id: "page" } : { type: "person", id: actor },
      action: "approval.answer",
      outcome: "ok",
      groupId: approval.groupId,
      target: id,
      detail: choice,
    });
    return settled;
  }

  /** What a tap on a button of a question means; null for another button. Only a chat of the group itself may answer. */
  async tap(groupId: string, data: string, by: Answerer): Promise<string | null> {
    const [, id, choice] = /^ask:([\w-]{1,64}):(\w{1,16})$/.exec(data) ?? [];
    if (id === undefined || choice === undefined) return null;
    const approval = await this.#options.store.get(id);
    if (approval?.groupId !== groupId) return null;
    if (approval.state !== "open") return "That was decided before.";
    const settled = await this.choose(id, choice, by);
    return settled.choices.find((offered) => offered.id === choice)?.label ?? null;
  }

  /** For every few seconds: what nobody answered in time. */
  async expire(): Promise<void> {
    const now = this.#options.clock.now();
    for (const approval of await this.#options.store.open()) {
      if (approval.expiresAt <= now) await this.#settle(approval, "expired", "⌛ Nobody answered in time.");
    }
  }

  /** What its questions were about is over. */
  async turnEnded(turnId: string): Promise<void> {
    for (const approval of await this.#options.store.open()) {
      if (approval.turnId === turnId) await this.#settle(approval, "void", noLongerNeeded);
    }
  }

  async #settle(
    approval: Approval,
    state: "chosen" | "expired" | "void",
    outcome: string,
    { choice, by }: { choice: string | null; by: string | null } = { choice: null, by: null },
  ): Promise<Approval | null> {
    const { store, conversations, render, onOutgoing } = this.#options;
    const conversation = await conversations.get(approval.conversationId);
    const parts = conversation ? render(conversation.address, `${approval.question}\n\n${outcome}`, []) : [];
    const settled = await store.settle(approval.id, { state, choice, by, body: parts[0]?.body ?? null });
    if (!settled) return null;
    if (state !== "chosen") this.#keep(settled, state, outcome);
    for (const heard of this.#waiting.get(settled.id) ?? []) heard(settled);
    this.#tell(settled);
    onOutgoing();
    return settled;
  }

  /** That nobody answered decides too: the agent was refused. */
  #keep({ id: target, groupId }: Approval, state: "expired" | "void", detail: string): void {
    const action = state === "expired" ? "approval.expire" : "approval.void";
    const actor = { type: "system", id: "approvals" } as const;
    this.#options.audit.record({ actor, action, outcome: "ok", groupId, target, detail });
  }

  #tell(approval: Approval): void {
    this.#options.publish({ type: "approval", groupId: approval.groupId, approval: approvalView(approval) });
  }
}
