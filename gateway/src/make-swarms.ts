/** Swarms with what they need of the other rooms. */
import { dirname, join } from "node:path";
import type { Address } from "@praktor/protocol/address";
import type { PraktorEvent } from "@praktor/protocol/events";
import type { Assistant } from "./agent/assistant.ts";
import { messageView } from "./agent/message-view.ts";
import type { SandboxPool } from "./agent/sandbox-pool.ts";
import type { WorkspaceSizes } from "./agent/workspace-sizes.ts";
import type { Settings } from "./config/schema.ts";
import type { Clock } from "./kit/clock.ts";
import type { Ids } from "./kit/ids.ts";
import type { Logger } from "./kit/logger.ts";
import { taskChat } from "./scheduler/task-chat.ts";
import { SwarmCommands } from "./swarm-commands.ts";
import type { Store } from "./store/contract.ts";
import type { NewOutboxPart } from "./store/contract/outbox-store.ts";
import { MemberDesk } from "./swarm/member-desk.ts";
import { swarmActions } from "./swarm/swarm-actions.ts";
import { Swarms } from "./swarm/swarms.ts";
import { SwarmTemplates } from "./swarm/templates.ts";
import type { WebSwarms } from "./web/ports.ts";

export interface SwarmParts {
  store: Store;
  assistant: Assistant;
  pool: SandboxPool;
  sizes: Pick<WorkspaceSizes, "forget">;
  clock: Clock;
  ids: Ids;
  log: Logger;
  shippedTemplates: string;
  render: (address: Address, markdown: string) => NewOutboxPart[];
  publish: (event: PraktorEvent) => void;
  wakeDelivery: () => void;
  redact: (text: string) => string;
  /** Takes out what the member's own sandbox is given. */
  redactOwn: (memberId: string, text: string) => Promise<string>;
}

export interface MadeSwarms {
  swarms: Swarms;
  members: MemberDesk;
  commands: SwarmCommands;
  web: WebSwarms;
}

const stopTimeoutMs = 30_000;

export function makeSwarms(settings: Settings, parts: SwarmParts): MadeSwarms {
  const { store, assistant, pool, clock, ids, log, render, publish, wakeDelivery, redact, redactOwn } = parts;
  const { node_timeout, run_timeout, max_tokens, max_cost_usd } = settings.swarm;
  const templates = new SwarmTemplates({
    shippedFolder: parts.shippedTemplates,
    savedFolder: join(dirname(settings.store.path), "swarm-templates"),
    logger: log,
  });
  const swarms = new Swarms({
    store,
    clock,
    ids,
    logger: log,
    limits: {
      node_ms: node_timeout,
      run_ms: run_timeout,
      tokens: max_tokens ?? null,
      cost_usd: max_cost_usd ?? null,
    },
    template: (name) => templates.find(name),
    turns: {
      received: (received) => assistant.received(received),
      open: (groupId) => store.turns.open(groupId),
      stop: (turnId) => assistant.stopTurn(turnId),
    },
    sandboxes: {
      isUp: (memberId) => pool.list().some(({ groupId, status }) => groupId === memberId && status === "running"),
      stop: (memberId) => pool.stop(memberId, AbortSignal.timeout(stopTimeoutMs)),
      forget: async (group) => {
        await pool.forget(group, AbortSignal.timeout(stopTimeoutMs));
        parts.sizes.forget(group.id);
      },
    },
    render,
    publish,
    redact,
    onSaid: (message) => {
      publish({ type: "message", groupId: message.groupId, message: messageView(message) });
      wakeDelivery();
    },
  });
  const members = new MemberDesk({
    swarms: store.swarms,
    ids,
    logger: log,
    received: (received) => assistant.received(received),
    touch: (runId) => swarms.touch(runId),
    publish,
    redact: redactOwn,
  });
  const commands = new SwarmCommands({
    swarms,
    templates,
    conversation: (id) => store.conversations.get(id),
    chatOf: (groupId) => taskChat(store.conversations, groupId),
  });
  return { swarms, members, commands, web: swarmActions(swarms, templates) };
}
