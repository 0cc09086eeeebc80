/** A question to people as the API and events show it. */
import type { ApprovalView, MessageApproval } from "@praktor/protocol/approvals";
import type { Approval } from "../store/rows.ts";

export function approvalView(approval: Approval): ApprovalView {
  return { ...messageApproval(approval), question: approval.question };
}

/** Beside its message, whose text is the question. */
export function messageApproval(approval: Approval): MessageApproval {
  return {
    id: approval.id,
    group_id: approval.groupId,
    conversation_id: approval.conversationId,
    turn_id: approval.turnId,
    message_id: approval.messageId,
    choices: approval.choices,
    state: approval.state,
    choice: approval.choice,
    answered_by: approval.answeredBy,
    asked: new Date(approval.createdAt).toISOString(),
    expires: new Date(approval.expiresAt).toISOString(),
    settled: approval.settledAt === null ? null : new Date(approval.settledAt).toISOString(),
  };
}
