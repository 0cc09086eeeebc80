/** The REST API as functions: one for each call that the pages make. */
import { ApprovalView } from "@praktor/protocol/approvals";
import { AttentionView, UsageView } from "@praktor/protocol/insight";
import { GroupNetworkView } from "@praktor/protocol/network";
import { Instructions } from "@praktor/protocol/instructions";
import { LinkView } from "@praktor/protocol/page-token";
import { PairingOffer, PeopleView } from "@praktor/protocol/pairing";
import {
  AgentView,
  ConversationView,
  type GroupCreate,
  type GroupUpdate,
  GroupView,
  MessageAccepted,
  type MessageCreate,
  MessageView,
  SessionView,
  StatusView,
  TurnView,
  WorkspaceListing,
} from "@praktor/protocol/rest";
import { SearchView } from "@praktor/protocol/search";
import { SchedulePreview, type TaskCreate, TaskRunView, type TaskUpdate, TaskView } from "@praktor/protocol/tasks";
import { TurnSteps } from "@praktor/protocol/turn-steps";
import { z } from "zod";
import { keepPageToken } from "./page-token.ts";
import { request, send } from "./request.ts";

type Signal = AbortSignal | undefined;

const Accepted = z.object({ status: z.string() });
const group = (id: string): string => `/api/groups/${encodeURIComponent(id)}`;

export const getSession = (signal?: Signal): Promise<SessionView> => request(SessionView, "/api/session", { signal });

export const signIn = async (password: string): Promise<void> => {
  const session = await request(SessionView, "/api/session", { method: "POST", json: { password } });
  keepPageToken(session.page_token ?? null);
};

export const signOut = async (): Promise<void> => {
  await send("/api/session", { method: "DELETE" });
  keepPageToken(null);
};

export const getStatus = (signal?: Signal): Promise<StatusView> => request(StatusView, "/api/status", { signal });

/** By the days of the installation's zone. */
export const getUsage = (signal?: Signal): Promise<UsageView> => request(UsageView, "/api/usage", { signal });

export const getApprovals = (signal?: Signal): Promise<ApprovalView[]> =>
  request(z.array(ApprovalView), "/api/approvals", { signal });

export const answerApproval = async (id: string, choice: string): Promise<void> => {
  await send(`/api/approvals/${encodeURIComponent(id)}`, { method: "POST", json: { choice } });
};

export const getPairing = (signal?: Signal): Promise<PeopleView> => request(PeopleView, "/api/pairing", { signal });

/** The code is shown this once. */
export const offerPairing = (): Promise<PairingOffer> => request(PairingOffer, "/api/pairing", { method: "POST" });

const person = (id: string): string => `/api/pairing/${encodeURIComponent(id)}`;

export const letIn = async (id: string): Promise<void> => {
  await send(person(id), { method: "POST" });
};

export const removePerson = async (id: string): Promise<void> => {
  await send(person(id), { method: "DELETE" });
};

/** What went wrong in the last day. */
export const getAttention = (signal?: Signal): Promise<AttentionView> =>
  request(AttentionView, "/api/attention", { signal });

export const getGroups = (signal?: Signal): Promise<GroupView[]> =>
  request(z.array(GroupView), "/api/groups", { signal });

export const createGroup = (json: GroupCreate): Promise<GroupView> => request(GroupView, "/api/groups", { json });

export const updateGroup = (id: string, json: GroupUpdate): Promise<GroupView> =>
  request(GroupView, group(id), { method: "PUT", json });

/** Changes the fields that are there. */
export const patchGroup = (id: string, json: GroupUpdate): Promise<GroupView> =>
  request(GroupView, group(id), { method: "PATCH", json });

export const getGroupNetwork = (id: string, signal?: Signal): Promise<GroupNetworkView> =>
  request(GroupNetworkView, `${group(id)}/network`, { signal });

/** Of all groups, or of the one named: then a stopped sandbox is started for it. */
const instructions = (groupId: string | null): string =>
  groupId === null ? "/api/instructions" : `${group(groupId)}/instructions`;

export const getInstructions = (groupId: string | null, signal?: Signal): Promise<Instructions> =>
  request(Instructions, instructions(groupId), { signal, deadlineMs: 100_000 });

/** Fails with `conflict` when the text has changed since that version. */
export const putInstructions = (groupId: string | null, json: Instructions): Promise<Instructions> =>
  request(Instructions, instructions(groupId), { method: "PUT", json, deadlineMs: 100_000 });

export const getConversations = (groupId: string, signal?: Signal): Promise<ConversationView[]> =>
  request(z.array(ConversationView), `${group(groupId)}/conversations`, { signal });

export interface MessagePage {
  groupId: string;
  conversationId: string | undefined;
  /** Only messages with a smaller id; absent for the newest page. */
  before: number | undefined;
  /** Only messages with a greater id, from the smallest on. */
  after: number | undefined;
  limit: number;
}

/** A page of history, oldest first. */
export const getMessages = (page: MessagePage, signal?: Signal): Promise<MessageView[]> => {
  const query = new URLSearchParams({ limit: String(page.limit) });
  if (page.before !== undefined) query.set("before", String(page.before));
  if (page.after !== undefined) query.set("after", String(page.after));
  if (page.conversationId !== undefined) query.set("conversation_id", page.conversationId);
  return request(z.array(MessageView), `${group(page.groupId)}/messages?${query}`, { signal });
};

/** Messages of all groups by their words, newest first. */
export const searchMessages = (q: string, signal?: Signal): Promise<SearchView> =>
  request(SearchView, `/api/search?${new URLSearchParams({ q })}`, { signal });

/** The same `idempotencyKey` never makes a second message, so a failed try may be repeated. */
export const postMessage = (groupId: string, json: MessageCreate, idempotencyKey: string): Promise<MessageAccepted> =>
  request(MessageAccepted, `${group(groupId)}/messages`, { json, headers: { "idempotency-key": idempotencyKey } });

/** What is queued or running in the group. */
export const getTurns = (groupId: string, signal?: Signal): Promise<TurnView[]> =>
  request(z.array(TurnView), `${group(groupId)}/turns`, { signal });

export const stopTurn = (turnId: string): Promise<unknown> =>
  request(Accepted, `/api/turns/${encodeURIComponent(turnId)}/stop`, { method: "POST" });

/** What the agent did in a turn that is over. */
export const getTurnSteps = (turnId: string, signal?: Signal): Promise<TurnSteps> =>
  request(TurnSteps, `/api/turns/${encodeURIComponent(turnId)}/events`, { signal });

const task = (id: string): string => `/api/tasks/${encodeURIComponent(id)}`;

export const getTasks = (signal?: Signal): Promise<TaskView[]> => request(z.array(TaskView), "/api/tasks", { signal });

/** With its whole prompt, which a list may cut. */
export const getTask = (id: string): Promise<TaskView> => request(TaskView, task(id));

export const createTask = (json: TaskCreate): Promise<TaskView> => request(TaskView, "/api/tasks", { json });

export const updateTask = (id: string, json: TaskUpdate): Promise<TaskView> =>
  request(TaskView, task(id), { method: "PUT", json });

export const deleteTask = (id: string): Promise<unknown> => request(Accepted, task(id), { method: "DELETE" });

export const runTask = (id: string): Promise<TaskRunView> =>
  request(TaskRunView, `${task(id)}/run`, { method: "POST" });

export const getTaskRuns = (id: string, signal?: Signal): Promise<TaskRunView[]> =>
  request(z.array(TaskRunView), `${task(id)}/history?limit=50`, { signal });

/** Fails with `invalid` and the reason while the schedule is no schedule. */
export const getSchedule = (schedule: string, timezone: string, signal?: Signal): Promise<SchedulePreview> =>
  request(SchedulePreview, `/api/schedule?${new URLSearchParams({ schedule, timezone })}`, { signal });

export const getAgents = (signal?: Signal): Promise<AgentView[]> =>
  request(z.array(AgentView), "/api/agents", { signal });

export const startAgent = (groupId: string): Promise<unknown> =>
  request(Accepted, `/api/agents/${encodeURIComponent(groupId)}/start`, { method: "POST", deadlineMs: 100_000 });

export const stopAgent = (groupId: string): Promise<unknown> =>
  request(Accepted, `/api/agents/${encodeURIComponent(groupId)}/stop`, { method: "POST", deadlineMs: 60_000 });

/** The address for what the browser itself fetches, which shows no page token: good for a minute. */
export const getLink = (address: string, signal?: Signal): Promise<{ address: string }> =>
  request(LinkView, "/api/links", { json: { address }, signal });

/** Where what a running sandbox prints and uses is streamed; the browser needs a link to it. */
export const sandboxWatchAddress = (groupId: string): string => `/api/agents/${encodeURIComponent(groupId)}/watch`;

/** The next message begins a fresh session; the history stays. */
export const newSession = (groupId: string, conversationId: string): Promise<unknown> =>
  request(Accepted, `${group(groupId)}/conversations/${encodeURIComponent(conversationId)}/new-session`, {
    method: "POST",
  });

/** A directory of the workspace. A stopped sandbox is started for it, which takes its time. */
export const getFiles = (groupId: string, path: string, signal?: Signal): Promise<WorkspaceListing> =>
  request(WorkspaceListing, `${group(groupId)}/files?${new URLSearchParams({ path })}`, { signal, deadlineMs: 60_000 });

/** Where the bytes of a workspace file are; the browser needs a link to them. */
export const fileAddress = (groupId: string, path: string): string =>
  `${group(groupId)}/files/content?${new URLSearchParams({ path })}`;

export const getFile = async (groupId: string, path: string, signal?: Signal): Promise<Blob> => {
  const response = await send(fileAddress(groupId, path), { signal, deadlineMs: 60_000, headers: { accept: "*/*" } });
  return response.blob();
};
