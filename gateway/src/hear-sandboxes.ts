/** Brings what sandboxes say and ask over NATS to whoever answers it, and what that did into the audit log. */
import * as subjects from "@praktor/protocol/subjects";
import { AgentReady } from "@praktor/protocol/agent-control";
import type { MidTurnWords } from "./agent/mid-turn-words.ts";
import type { SandboxPool } from "./agent/sandbox-pool.ts";
import type { ToolApprovals } from "./agent/tool-approvals.ts";
import type { TurnFacts } from "./agent/turn-facts.ts";
import { auditOfRequest } from "./audit-requests.ts";
import type { Audit } from "./kit/audit.ts";
import type { Bus } from "./natsbus/bus.ts";
import type { IpcDesk } from "./scheduler/ipc-desk.ts";
import type { MemberDesk } from "./swarm/member-desk.ts";
import { isOurFieldOfRequest } from "./vault/our-fields.ts";
import type { HeldSecrets } from "./vault/held-secrets.ts";

export interface HearSandboxesParts {
  facts: TurnFacts;
  pool: SandboxPool;
  toolApprovals: ToolApprovals;
  midTurn: MidTurnWords;
  ipc: IpcDesk;
  members: MemberDesk;
  audit: Audit;
  held: HeldSecrets;
}

/** After everything is made that may be called. */
export function hearSandboxes(bus: Bus, parts: HearSandboxesParts): void {
  const { facts, pool, toolApprovals, midTurn, ipc, members, audit, held } = parts;
  bus.subscribe(subjects.allAgentOutput, async ({ subject, data, reply }) => {
    const answer = await facts.handle(groupOf(subject), data);
    if (answer) reply?.(answer);
  });
  bus.subscribe(subjects.allAgentReady, async ({ subject, data, reply }) => {
    const ready = AgentReady.safeParse(data);
    if (ready.success && pool.ready(groupOf(subject), ready.data.runner)) reply?.({ status: "ok" });
  });
  bus.answer(subjects.allHostIpc, async ({ subject, data: asked, reply }) => {
    const groupId = subject.split(".")[2] ?? "";
    const approval = await toolApprovals.answer(groupId, asked);
    if (approval) return reply?.(approval);
    // The answer tells what became of the words: by another's secret it must not differ.
    const data = (await held.of(groupId)).redactDeep(asked, isOurFieldOfRequest);
    const said = await midTurn.answer(groupId, data);
    const answer = said ?? (await ipc.handle(groupId, data));
    const entry = auditOfRequest(groupId, data, answer);
    if (entry) audit.record(entry);
    reply?.(answer);
  });
  bus.answer(subjects.allSwarmMembers, async ({ subject, data, reply }) => {
    const [, swarmId = "", memberId = ""] = subject.split(".");
    reply?.(await members.handle(swarmId, memberId, data));
  });
}

/** `agent.{groupID}.output`: the group is the second token, and the sender's credential allows only its own. */
function groupOf(subject: string): string {
  return subject.split(".")[1] ?? "";
}
