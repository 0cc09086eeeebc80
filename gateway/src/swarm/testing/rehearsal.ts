/** Real swarms in a real store, whose members' turns the test works on itself. */
import type { PraktorEvent } from "@praktor/protocol/events";
import type { SwarmCreate, SwarmRunView } from "@praktor/protocol/swarm";
import { Background } from "../../kit/background.ts";
import { timeSortedIds } from "../../kit/ids.ts";
import { silentLogger } from "../../kit/logger.ts";
import { HOUR_MS, openChat, resultOf, type Chat, type MakeStore } from "../../store/contract-fixture.ts";
import type { Turn } from "../../store/rows.ts";
import type { SwarmStore } from "../../store/contract/swarm-store.ts";
import { MemberSandboxes } from "../member-sandboxes.ts";
import { RunStep } from "../run-step.ts";
import { Swarms } from "../swarms.ts";
import type { SwarmsOptions } from "../swarms-options.ts";

export class Rehearsal {
  readonly chat: Chat;
  readonly events: PraktorEvent[] = [];
  /** Members whose sandboxes were stopped, in order. */
  readonly stopped: string[] = [];
  readonly forgotten: string[] = [];

  private constructor(chat: Chat) {
    this.chat = chat;
  }

  static async open(make: MakeStore): Promise<Rehearsal> {
    return new Rehearsal(await openChat(make));
  }

  /** What one life of the gateway has of swarms. `store`: in place of the real one. */
  swarms(store: SwarmStore = this.chat.store.swarms): Swarms {
    return new Swarms(this.#options(store));
  }

  step(): RunStep {
    const options = this.#options(this.chat.store.swarms);
    return new RunStep(options, new MemberSandboxes(options, new Background(() => {})));
  }

  /** The next turn of a member, claimed: it works. Null where none waits. */
  async claim(run: SwarmRunView, role: string): Promise<Turn | null> {
    const { store, clock } = this.chat;
    const node = (await store.swarms.nodes(run.id)).find((one) => one.role === role);
    if (!node || node.conversationId === null) return null;
    return await store.turns.claim({
      conversationId: node.conversationId,
      epoch: 1,
      deadlineAt: clock.now() + HOUR_MS,
    });
  }

  async answer(turn: Turn, content: string): Promise<void> {
    await this.chat.store.turns.succeed(turn.groupId, resultOf(turn, { content }), []);
  }

  /** All that the member was given to read. */
  async input(run: SwarmRunView, role: string): Promise<string> {
    const { store } = this.chat;
    const node = (await store.swarms.nodes(run.id)).find((one) => one.role === role);
    const messages = await store.messages.page({ groupId: node?.memberId ?? "", limit: 50 });
    return messages.flatMap(({ role: of, content }) => (of === "user" ? [content] : [])).join("\n\n");
  }

  #options(store: SwarmStore): SwarmsOptions {
    const { clock, store: all } = this.chat;
    return {
      store: { swarms: store, groups: all.groups, conversations: all.conversations },
      clock,
      ids: timeSortedIds(clock),
      logger: silentLogger,
      limits: { node_ms: HOUR_MS, run_ms: 2 * HOUR_MS, tokens: null, cost_usd: null },
      template: () => Promise.resolve(null),
      redact: (text) => text.replaceAll("ghp_0123456789abcdef", "[redacted]"),
      turns: {
        received: () => {},
        open: (groupId) => all.turns.open(groupId),
        stop: (turnId) => this.#stopTurn(turnId),
      },
      sandboxes: {
        isUp: () => true,
        stop: (memberId) => Promise.resolve(this.stopped.push(memberId)),
        forget: ({ id }) => Promise.resolve(void this.forgotten.push(id)),
      },
      render: () => [],
      publish: (event) => this.events.push(event),
      onSaid: () => {},
    };
  }

  async #stopTurn(turnId: string): Promise<void> {
    const end = { turnId, state: "cancelled", code: "interrupted", error: "stopped", explanation: "x" } as const;
    await this.chat.store.turns.end({ ...end, parts: [] });
  }
}

/** A wish for these roles, each with its name as its prompt. */
export function teamOf(roles: readonly string[], change: Partial<SwarmCreate> = {}): SwarmCreate {
  return { task: "Do it together", agents: roles.map((role) => ({ role, prompt: `be ${role}` })), ...change };
}
