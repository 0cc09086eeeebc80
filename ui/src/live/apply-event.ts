/** Brings an event into what the page holds: the query cache, and the live turns. */
import type { PraktorEvent } from "@praktor/protocol/events";
import type { Health, GroupView, MessageView, StatusView } from "@praktor/protocol/rest";
import type { SwarmNodeView, SwarmRunView } from "@praktor/protocol/swarm";
import type { QueryClient } from "@tanstack/react-query";
import { approvalsQuery, conversationsQuery, groupsQuery, type MessagePages, statusQuery } from "../api/queries.ts";
import { swarmMessagesQuery, swarmQuery } from "../api/swarm-endpoints.ts";
import type { Refetcher } from "./refetcher.ts";
import { withApproval, withDelivery, withMessage } from "./message-pages.ts";
import type { TurnStore } from "./turn-store.ts";

export interface EventTargets {
  client: QueryClient;
  turns: TurnStore;
  refetch: Refetcher;
}

export const applyEvent = ({ client, turns, refetch }: EventTargets, event: PraktorEvent, at: string): void => {
  switch (event.type) {
    case "message":
      if (!storeMessage(client, event.groupId, event.message)) refetch("conversations", "messages");
      // The last words of the group, too.
      refetch("status", "groups");
      return;
    case "turn":
      turns.apply(event, at);
      // What an agent works on is files; no event tells of each.
      if (event.state !== "queued" && event.state !== "running") refetch("files", "usage", "attention");
      refetch("status");
      return;
    case "text":
    case "thinking":
    case "restart":
    case "tool":
    case "usage":
      turns.apply(event, at);
      return;
    case "delivery":
      eachHistory(
        client,
        event.groupId,
        () => true,
        (pages) => withDelivery(pages, event),
      );
      if (event.state === "failed" || event.state === "uncertain") refetch("attention");
      return;
    case "sandbox":
      client.setQueryData<GroupView[]>(groupsQuery.queryKey, (groups) =>
        groups?.map((group) =>
          group.id === event.groupId
            ? { ...group, agent_status: event.status === "running" ? "running" : "stopped" }
            : group,
        ),
      );
      refetch("agents", "groups", "status");
      return;
    case "group":
      refetch("groups", "conversations", "status");
      return;
    case "task":
    case "task_run":
      refetch("tasks", "runs", "status");
      return;
    case "health":
      client.setQueryData<StatusView>(statusQuery.queryKey, (status) => status && withHealth(status, event));
      refetch("status");
      return;
    case "approval": {
      const { approval, groupId } = event;
      eachHistory(
        client,
        groupId,
        () => true,
        (pages) => withApproval(pages, approval),
      );
      client.setQueryData(approvalsQuery.queryKey, (open) => {
        const others = open?.filter(({ id }) => id !== approval.id);
        return others && approval.state === "open" ? [...others, approval] : others;
      });
      refetch("approvals");
      return;
    }
    case "swarm":
      refetch("swarms", "swarm");
      return;
    case "swarm_node":
      client.setQueryData(swarmQuery(event.swarmId).queryKey, (run) => run && withNode(run, event.node));
      // Its sums are the gateway's to make.
      refetch("swarms", "swarm");
      return;
    case "swarm_message":
      client.setQueryData(swarmMessagesQuery(event.swarmId).queryKey, (messages) =>
        messages === undefined
          ? undefined
          : [...messages.filter(({ id }) => id !== event.message.id), event.message].toSorted((a, b) => a.id - b.id),
      );
      return;
    case "swarm_board":
      refetch("swarm-board");
      return;
    default:
      event satisfies never;
  }
};

/** False for a conversation that is not known here: a new one, or a task's run, which the group's history leaves out. */
const storeMessage = (client: QueryClient, groupId: string, message: MessageView): boolean => {
  const conversations = client.getQueryData(conversationsQuery(groupId).queryKey);
  const isKnown = conversations?.some(({ id }) => id === message.conversation_id) ?? true;
  const shows = (conversationId: unknown): boolean =>
    conversationId === null ? isKnown : conversationId === message.conversation_id;
  eachHistory(client, groupId, shows, (pages) => withMessage(pages, message));
  client.setQueryData<GroupView[]>(groupsQuery.queryKey, (groups) =>
    groups?.map((group) => (group.id === groupId ? { ...group, last_active: message.time } : group)),
  );
  return isKnown;
};

const withNode = (run: SwarmRunView, node: SwarmNodeView): SwarmRunView => ({
  ...run,
  nodes: run.nodes.map((other) => (other.role === node.role ? node : other)),
});

const eachHistory = (
  client: QueryClient,
  groupId: string,
  shows: (conversationId: unknown) => boolean,
  change: (pages: MessagePages) => MessagePages,
): void => {
  const queryKey = ["messages", groupId];
  for (const [key] of client.getQueriesData<MessagePages>({ queryKey })) {
    if (shows(key[2])) client.setQueryData<MessagePages>(key, (pages) => pages && change(pages));
  }
};

const withHealth = (status: StatusView, part: Omit<Health, "name"> & { component: string }): StatusView => ({
  ...status,
  health: status.health.map((health) =>
    health.name === part.component
      ? { name: health.name, ok: part.ok, level: part.level, detail: part.detail }
      : health,
  ),
});
