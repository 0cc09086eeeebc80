/** What the pages read, as query options: one key and one fetch for each resource. */
import type { MessageView } from "@praktor/protocol/rest";
import type { WorkspaceEntry } from "@praktor/protocol/workspace";
import { type InfiniteData, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import {
  getAgents,
  getApprovals,
  getAttention,
  getConversations,
  getFile,
  getFiles,
  getGroups,
  getInstructions,
  getMessages,
  getPairing,
  getSchedule,
  getSession,
  getStatus,
  getTaskRuns,
  getTasks,
  getTurns,
  getTurnSteps,
  getUsage,
  searchMessages,
} from "./endpoints.ts";
import { readContent } from "../lib/file-content.ts";

const PAGE_SIZE = 50;

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => getSession(signal),
  staleTime: Infinity,
});

/** The socket says when something changed; the interval only renews what no event tells (uptime, bus counters). */
export const statusQuery = queryOptions({
  queryKey: ["status"],
  queryFn: ({ signal }) => getStatus(signal),
  refetchInterval: 30_000,
});

export const usageQuery = queryOptions({
  queryKey: ["usage"],
  queryFn: ({ signal }) => getUsage(signal),
  refetchInterval: 60_000,
});

export const attentionQuery = queryOptions({
  queryKey: ["attention"],
  queryFn: ({ signal }) => getAttention(signal),
  refetchInterval: 60_000,
});

/** The socket tells of each; the interval is for what it missed. */
export const approvalsQuery = queryOptions({
  queryKey: ["approvals"],
  queryFn: ({ signal }) => getApprovals(signal),
  refetchInterval: 30_000,
});

/** No event tells of who waits, nor that a code was used. */
export const pairingQuery = queryOptions({
  queryKey: ["pairing"],
  queryFn: ({ signal }) => getPairing(signal),
  refetchInterval: 10_000,
});

export const groupsQuery = queryOptions({ queryKey: ["groups"], queryFn: ({ signal }) => getGroups(signal) });

export const agentsQuery = queryOptions({ queryKey: ["agents"], queryFn: ({ signal }) => getAgents(signal) });

export const conversationsQuery = (groupId: string) =>
  queryOptions({
    queryKey: ["conversations", groupId],
    queryFn: ({ signal }) => getConversations(groupId, signal),
  });

/** `null`: of all groups. Not renewed by itself: a person may be in the middle of an edit. */
export const instructionsQuery = (groupId: string | null) =>
  queryOptions({
    queryKey: ["instructions", groupId],
    queryFn: ({ signal }) => getInstructions(groupId, signal),
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

export const turnsQuery = (groupId: string) =>
  queryOptions({
    queryKey: ["turns", groupId],
    queryFn: ({ signal }) => getTurns(groupId, signal),
    // A picture of what ran some time ago must not be shown as what runs.
    gcTime: 0,
  });

/** Of a turn that is over: it never changes. */
export const turnStepsQuery = (turnId: string) =>
  queryOptions({
    queryKey: ["steps", turnId],
    queryFn: ({ signal }) => getTurnSteps(turnId, signal),
    staleTime: Infinity,
  });

export const tasksQuery = queryOptions({ queryKey: ["tasks"], queryFn: ({ signal }) => getTasks(signal) });

export const taskRunsQuery = (taskId: string) =>
  queryOptions({ queryKey: ["runs", taskId], queryFn: ({ signal }) => getTaskRuns(taskId, signal) });

/** What a schedule means is the gateway's to say. The next runs move on, so it is not kept. */
export const scheduleQuery = (schedule: string, timezone: string) =>
  queryOptions({
    queryKey: ["schedule", schedule, timezone],
    queryFn: ({ signal }) => getSchedule(schedule, timezone, signal),
    retry: false,
    gcTime: 0,
  });

interface PageParam {
  before?: number;
  after?: number;
}

const NEWEST: PageParam = {};

export type MessagePages = InfiniteData<MessageView[], PageParam>;

/**
 * History, newest page first in `pages`, oldest message first in each; `conversationId` is `null` for all of the group's conversations.
 * `around` names a message to begin at; without it history begins at its end.
 */
export const messagesQuery = (groupId: string, conversationId: string | null, around: number | null = null) =>
  infiniteQueryOptions({
    queryKey: ["messages", groupId, conversationId, around],
    queryFn: ({ pageParam, signal }) =>
      getMessages(
        {
          groupId,
          conversationId: conversationId ?? undefined,
          before: pageParam.before,
          after: pageParam.after,
          limit: PAGE_SIZE,
        },
        signal,
      ),
    initialPageParam: around === null ? NEWEST : { before: around + 1 },
    getNextPageParam: (older: MessageView[], _, { after }): PageParam | undefined => {
      // A page that goes on from a message has that message before it, however few it holds.
      if (after !== undefined) return { before: older[0]?.id ?? after + 1 };
      return older[0] === undefined || older.length < PAGE_SIZE ? undefined : { before: older[0].id };
    },
    getPreviousPageParam: (newest: MessageView[], _, param): PageParam | undefined => {
      const last = newest.at(-1);
      return last === undefined || endsHistory(newest, param) ? undefined : { after: last.id };
    },
  });

/** Whether nothing newer is to be fetched after this page: what is said from now on follows it. */
export const endsHistory = (page: readonly MessageView[], { before, after }: PageParam): boolean =>
  before === undefined && (after === undefined || page.length < PAGE_SIZE);

export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ["search", q],
    queryFn: ({ signal }) => searchMessages(q, signal),
    enabled: q.trim() !== "",
    gcTime: 60_000,
  });

export const filesQuery = (groupId: string, path: string) =>
  queryOptions({ queryKey: ["files", groupId, path], queryFn: ({ signal }) => getFiles(groupId, path, signal) });

export const fileQuery = (groupId: string, { path, name, modified_ms: modifiedMs }: WorkspaceEntry) =>
  queryOptions({
    queryKey: ["file", groupId, path, modifiedMs],
    queryFn: async ({ signal }) => readContent(await getFile(groupId, path, signal), name),
    staleTime: Infinity,
    gcTime: 60_000,
  });
