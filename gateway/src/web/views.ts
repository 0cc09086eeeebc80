/** Rows as the API shows them. */
import type { ConversationView, FilesUsed, GroupView } from "@praktor/protocol/rest";
import type { Conversation, Group } from "../store/rows.ts";

export function groupView(
  group: Group,
  now: {
    running: ReadonlySet<string>;
    activity: { messageCount: number; lastActiveAt: number | null } | undefined;
    approvalTools: string[];
    files: FilesUsed | null;
    lastMessage: GroupView["last_message"];
  },
): GroupView {
  return {
    id: group.id,
    name: group.name,
    folder: group.folder,
    type: group.isMain ? "main" : "standard",
    is_main: group.isMain,
    model: group.model,
    budget_per_day: group.dayBudgetUsd,
    network: group.network,
    network_allow: group.networkAllow,
    approval_tools: now.approvalTools,
    approval_hosts: group.approvalHosts,
    agent_status: now.running.has(group.id) ? "running" : "stopped",
    message_count: now.activity?.messageCount ?? 0,
    last_active: now.activity?.lastActiveAt == null ? null : time(now.activity.lastActiveAt),
    last_message: now.lastMessage,
    files: now.files,
  };
}

export function conversationView(conversation: Conversation): ConversationView {
  return {
    id: conversation.id,
    group_id: conversation.groupId,
    kind: conversation.kind,
    channel: conversation.address.channel,
    title: conversation.title,
    session_id: conversation.sessionId,
  };
}

function time(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
