/** What the store promises about runs of tasks: each moment is claimed once, and settled once. */
import type { Address } from "@praktor/protocol/address";
import type { DeliveryState, Message, Task, TaskRun, Turn } from "../rows.ts";
import type { NewOutboxPart } from "./outbox-store.ts";

/** What queues a run's turn: where it is said, and the words about its occasion. */
export interface RunStart {
  runId: string;
  turnId: string;
  /** Where the turn works, when that is not the task's group but a hidden one for it. */
  groupId?: string;
  /** The group's chat for `context_mode: group`; null makes a conversation of the run's own. */
  conversationId: string | null;
  /** Stands before the prompt. */
  context: string;
}

/** Words of a task in the group's chat, stored with what they tell of. */
export interface TaskWord {
  conversationId: string;
  role: "assistant" | "notice";
  content: string;
  parts: readonly NewOutboxPart[];
}

export interface StartedRun {
  run: TaskRun;
  message: Message;
  turn: Turn;
}

/** A run whose turn has ended, and what the turn said at its end. */
export interface EndedRun {
  run: TaskRun;
  task: Task;
  turn: Turn;
  word: Message | null;
}

export interface RunStore {
  /**
   * One transaction: the task moves on to `nextRunAt`, and what was due gets its row. With `start` that is a run with a queued turn; where
   * another run of the task is open, `overlap` decides between a `waiting` one (at most `maxWaiting`) and a skipped one. `missed` are skipped.
   * Null, and nothing is done, when the task is no longer active or its next run is another than `dueAt`. A moment that has its row gets no second.
   */
  claim(claim: {
    taskId: string;
    dueAt: number;
    nextRunAt: number | null;
    missed: readonly { runId: string; scheduledFor: number; error: string }[];
    run: (RunStart & { scheduledFor: number }) | null;
    maxWaiting: number;
    say: readonly TaskWord[];
  }): Promise<{ task: Task; runs: TaskRun[]; started: StartedRun | null; messages: Message[] } | null>;
  /** A run beside the series. Null: no such task, or another run is open (`overlap: skip`), or too many wait. */
  runNow(
    start: RunStart & { taskId: string; maxWaiting: number },
  ): Promise<{ run: TaskRun; started: StartedRun | null } | null>;
  /** Open runs whose turn is over, oldest first, with the answer or explanation that ended it. */
  ended(limit: number): Promise<EndedRun[]>;
  /** The run of an ended turn is queued once more, not before `notBefore`. Null when it had been settled or queued before. */
  retry(again: RunStart & { endedTurnId: string; notBefore: number }): Promise<StartedRun | null>;
  /**
   * The run is over: its row, the task's last result, and what the group reads, in one transaction. Of `say` the first is the run's own; none
   * where the turn's own word was said in the chat already (`messageId`). A task that will not run again becomes `completed`. Null when it had been settled before.
   */
  settle(end: {
    runId: string;
    /** `skipped`: there was nothing to do. The count of failures stays. */
    state: "succeeded" | "failed" | "cancelled" | "skipped";
    error: string | null;
    messageId: number | null;
    say: readonly TaskWord[];
  }): Promise<{ run: TaskRun; task: Task; messages: Message[] } | null>;
  /** Waiting runs whose task has no other open run before them: each may be started. */
  startable(): Promise<{ run: TaskRun; task: Task }[]>;
  /** Null: it does not wait any more. */
  startWaiting(start: RunStart): Promise<StartedRun | null>;
  /** The pre-check of a run wants the agent; what it printed is kept for later tries. */
  checked(runId: string, output: string): Promise<void>;
  /** Newest first, with the delivery of the word in the group's chat, and what is known of the cost in US dollars. */
  history(
    taskId: string,
    limit: number,
  ): Promise<(TaskRun & { delivery: DeliveryState | null; costUsd: number | null })[]>;
  /** What a run has cost so far, in US dollars; 0 where nothing is known. */
  cost(runId: string): Promise<number>;
  /** How far the words about a task's last run got; null where none were to be delivered. */
  lastDelivery(taskId: string): Promise<DeliveryState | null>;
  /** The task and run that a turn works for. */
  ofTurn(turnId: string): Promise<{ task: Task; run: TaskRun } | null>;
  /** The isolated run whose answer, or failure, was delivered to the chat as this message of the channel. */
  toldIn(chat: Address, externalId: string): Promise<{ task: Task; run: TaskRun; message: Message } | null>;
}
