/** Brings what sandboxes ask over NATS to the desk that answers it, and what it did into the audit log. */
import * as subjects from "@praktor/protocol/subjects";
import type { MidTurnWords } from "./agent/mid-turn-words.ts";
import type { ToolApprovals } from "./agent/tool-approvals.ts";
import { auditOfRequest } from "./audit-requests.ts";
import type { Audit } from "./kit/audit.ts";
import type { Bus } from "./natsbus/bus.ts";
import type { IpcDesk } from "./scheduler/ipc-desk.ts";
import type { MemberDesk } from "./swarm/member-desk.ts";
import { isOurField } from "./vault/our-fields.ts";
import type { Redactor } from "./vault/redactor.ts";

export interface HearSandboxesParts {
  toolApprovals: ToolApprovals;
  midTurn: MidTurnWords;
  ipc: IpcDesk;
  members: MemberDesk;
  audit: Audit;
  redactor: Redactor;
}

export function hearSandboxes(bus: Bus, parts: HearSandboxesParts): void {
  const { toolApprovals, midTurn, ipc, members, audit, redactor } = parts;
  bus.subscribe(subjects.allHostIpc, async ({ subject, data: asked, reply }) => {
    const groupId = subject.split(".")[2] ?? "";
    const data = redactor.redactDeep(asked, isOurField);
    const said = (await toolApprovals.answer(groupId, data)) ?? (await midTurn.answer(groupId, data));
    const answer = said ?? (await ipc.handle(groupId, data));
    const entry = auditOfRequest(groupId, data, answer);
    if (entry) audit.record(entry);
    reply?.(answer);
  });
  bus.subscribe(subjects.allSwarmMembers, async ({ subject, data, reply }) => {
    const [, swarmId = "", memberId = ""] = subject.split(".");
    reply?.(await members.handle(swarmId, memberId, data));
  });
}
