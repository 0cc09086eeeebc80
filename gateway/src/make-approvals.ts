/** What people are asked before an agent does it: the questions, and the tools that raise them. */
import type { PraktorEvent } from "@praktor/protocol/events";
import { Approvals } from "./agent/approvals.ts";
import type { RunningTurns } from "./agent/running-turns.ts";
import { HostApprovals } from "./agent/host-approvals.ts";
import { ToolApprovals } from "./agent/tool-approvals.ts";
import type { Settings } from "./config/schema.ts";
import type { Audit } from "./kit/audit.ts";
import type { Clock } from "./kit/clock.ts";
import type { Logger } from "./kit/logger.ts";
import type { Store } from "./store/contract.ts";
import { wordsParts } from "./telegram/buttons.ts";
import type { Redactor } from "./vault/redactor.ts";

export interface ApprovalParts {
  store: Store;
  running: RunningTurns;
  clock: Clock;
  audit: Audit;
  /** For what an agent can cause as often as it likes. */
  strangersLog: Logger;
  publish: (event: PraktorEvent) => void;
  wakeDelivery: () => void;
  redactor: Redactor;
  /** The group whose rules hold for this one. */
  ownerOf: (groupId: string) => Promise<string>;
}

export interface MadeApprovals {
  approvals: Approvals;
  /** Patterns of the tools that people are asked about before this group's agent uses them. */
  approvalTools: (groupId: string) => Promise<string[]>;
  toolApprovals: ToolApprovals;
  hostApprovals: HostApprovals;
}

export function makeApprovals(settings: Settings, parts: ApprovalParts): MadeApprovals {
  const { store, running, clock, audit, strangersLog, publish, wakeDelivery, ownerOf } = parts;
  const approvals = new Approvals({
    store: store.approvals,
    conversations: store.conversations,
    groups: store.groups,
    clock,
    audit,
    publish,
    render: (address, markdown, buttons) =>
      address.channel === "telegram"
        ? wordsParts(buttons.length === 0 ? markdown : { markdown, buttons: [buttons] })
        : [],
    onOutgoing: wakeDelivery,
  });
  const approvalTools = async (groupId: string): Promise<string[]> =>
    await store.approvals.tools(await ownerOf(groupId));
  const toolApprovals = new ToolApprovals({
    approvals,
    rules: approvalTools,
    running,
    logger: strangersLog,
    patienceMs: settings.agent.approval_timeout,
    redactor: parts.redactor,
  });
  const hostApprovals = new HostApprovals({
    approvals,
    running,
    clock,
    audit,
    logger: strangersLog,
    patienceMs: settings.agent.approval_timeout,
  });
  return { approvals, approvalTools, toolApprovals, hostApprovals };
}
