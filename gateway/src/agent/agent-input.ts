/** What a sandbox is given for one turn. Pure. */
import type { AgentInput, InputFile } from "@praktor/protocol/agent-input";
import type { Conversation, Group, Task, Turn } from "../store/rows.ts";

/** What lies in the workspace now, and a sentence for the agent about what could not be had. */
export interface FetchedFiles {
  files: readonly InputFile[];
  note: string | null;
}

export type TurnTask = Pick<Task, "id" | "model" | "maxTurns" | "maxCostUsd">;

/** Where neither task nor group says otherwise. */
export interface InputLimits {
  maxTurns: number;
  defaultModel: string | undefined;
}

/** All files are named in the words; the protocol carries a bounded number to be looked at. */
const mostFiles = 32;

export function agentInput(
  given: {
    turn: Turn;
    group: Group;
    conversation: Conversation;
    text: string;
    task: TurnTask | null;
    files: readonly InputFile[];
    approvalTools: string[];
  },
  { maxTurns, defaultModel }: InputLimits,
): AgentInput {
  const { turn, group, conversation, text, task, files, approvalTools } = given;
  const { address } = conversation;
  const model = task?.model ?? group.model ?? defaultModel;
  return {
    turnId: turn.id,
    conversationId: conversation.id,
    groupID: group.id,
    attempt: turn.attempt,
    text,
    sender: turn.sender,
    maxTurns: task?.maxTurns ?? maxTurns,
    ...(task === null ? {} : { task_id: task.id }),
    ...(task === null || task.maxCostUsd === null ? {} : { maxCostUsd: task.maxCostUsd }),
    ...(group.isMain ? { isMain: true } : {}),
    ...(address.channel === "telegram" ? { chat_id: address.chatId } : {}),
    ...(conversation.sessionId === null ? {} : { sessionId: conversation.sessionId }),
    ...(turn.interrupted ? { interrupted: true } : {}),
    ...(model === undefined ? {} : { model }),
    ...(files.length === 0 ? {} : { files: files.slice(0, mostFiles) }),
    ...(approvalTools.length === 0 ? {} : { approvalTools }),
  };
}
