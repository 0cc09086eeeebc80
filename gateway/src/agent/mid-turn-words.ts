/** What agents say and send before their turn ends: stored for the turn's conversation, and delivered like an answer. */
import { basename } from "node:path";
import type { Address } from "@praktor/protocol/address";
import { ChatIpcRequest } from "@praktor/protocol/chat-ipc";
import type { PraktorEvent } from "@praktor/protocol/events";
import type { IpcReply } from "@praktor/protocol/ipc";
import type { WorkspaceEntry } from "@praktor/protocol/workspace";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import type { ConversationStore } from "../store/contract/conversation-store.ts";
import type { GroupStore } from "../store/contract/group-store.ts";
import type { MessageStore } from "../store/contract/message-store.ts";
import type { NewOutboxPart } from "../store/contract/outbox-store.ts";
import { messageView } from "./message-view.ts";
import type { RunningTurn, RunningTurns } from "./running-turns.ts";
import { speakingPlace } from "./speaking-place.ts";

export interface MidTurnWordsOptions {
  messages: Pick<MessageStore, "notice" | "noticeOnce">;
  conversations: Pick<ConversationStore, "get" | "list">;
  groups: Pick<GroupStore, "get">;
  running: RunningTurns;
  logger: Logger;
  stat: (groupId: string, path: string, signal: AbortSignal) => Promise<WorkspaceEntry>;
  /** Rejects with `holds_secret` where a known secret stands in the file. It is looked for once more when the file is sent. */
  checkFile: (groupId: string, path: string, signal: AbortSignal) => Promise<void>;
  render: (address: Address, markdown: string) => NewOutboxPart[];
  publish: (event: PraktorEvent) => void;
  onOutgoing: () => void;
}

/** An agent in a loop must not flood a chat. */
const mostWordsOfTurn = 50;
/** What Telegram takes of a bot; other channels show files where they lie. */
const largestFileBytes = 50_000_000;
/** Telegram's limit; longer words stand before the file. */
const longestCaption = 1_024;
const statTimeoutMs = 5_000;
/** The agent waits for the answer. What is not read through by then is still looked at when it is sent, and then only the people are told. */
const checkTimeoutMs = 4_000;

export class MidTurnWords {
  readonly #options: MidTurnWordsOptions;
  readonly #counts = new WeakMap<RunningTurn, number>();

  constructor(options: MidTurnWordsOptions) {
    this.#options = options;
  }

  /** `groupId` is the subject's, which the credential proves. Null when the request is not about this. Never rejects. */
  async answer(groupId: string, data: unknown): Promise<IpcReply | null> {
    const request = ChatIpcRequest.safeParse(data);
    if (!request.success) return null;
    try {
      await this.#say(groupId, request.data);
      return { ok: true };
    } catch (error) {
      const fields = { group: groupId, request: request.data.type, error: errorMessage(error) };
      this.#options.logger.warn(fields, "an agent's words in the middle of a turn were refused");
      return { error: errorMessage(error) };
    }
  }

  async #say(groupId: string, { type, payload }: ChatIpcRequest): Promise<void> {
    const { running, messages, publish, onOutgoing } = this.#options;
    const turn = running.of(groupId).find((one) => one.turn.conversationId === payload.conversationId);
    if (!turn)
      throw new PraktorError("no_turn", "No turn of this conversation runs now, so nothing can be said in it.");
    const count = this.#counts.get(turn) ?? 0;
    if (count >= mostWordsOfTurn) {
      throw new PraktorError(
        "too_many",
        `A turn may send ${mostWordsOfTurn} messages and files; put the rest into the answer.`,
      );
    }
    this.#counts.set(turn, count + 1);
    const place = await speakingPlace(this.#options, groupId, payload.conversationId);
    const said =
      type === "send_message"
        ? { content: payload.text, parts: this.#options.render(place.address, payload.text), metadata: {} }
        : await this.#file(groupId, place.address, payload.path, payload.caption?.trim() ?? "");
    const words = { conversationId: place.id, turnId: turn.turn.id, role: "assistant", ...said } as const;
    const { message, repeated } =
      payload.key === undefined
        ? { message: await messages.notice(words), repeated: false }
        : await messages.noticeOnce(words, payload.key);
    if (repeated) return;
    publish({ type: "message", groupId: place.groupId, message: messageView(message) });
    onOutgoing();
  }

  async #file(
    groupId: string,
    address: Address,
    path: string,
    caption: string,
  ): Promise<{ content: string; parts: NewOutboxPart[]; metadata: Record<string, unknown> }> {
    const entry = await this.#options.stat(groupId, path, AbortSignal.timeout(statTimeoutMs));
    if (entry.type !== "file") throw new PraktorError("not_a_file", `${path} is no file.`);
    if (entry.sizeBytes > largestFileBytes) {
      throw new PraktorError("too_large", `${path} is larger than the 50 MB that a chat takes.`);
    }
    await this.#options.checkFile(groupId, path, AbortSignal.timeout(checkTimeoutMs)).catch((error: unknown) => {
      if (error instanceof PraktorError && error.code === "holds_secret") throw error;
    });
    const name = basename(path);
    const isShort = caption.length <= longestCaption;
    const file: NewOutboxPart = {
      body: { type: "file", path, name, ...(isShort && caption !== "" ? { caption } : {}) },
    };
    return {
      content: caption === "" ? `📎 ${path}` : `${caption}\n\n📎 ${path}`,
      parts: isShort ? [file] : [...this.#options.render(address, caption), file],
      metadata: { files: [{ path, name, sizeBytes: entry.sizeBytes }] },
    };
  }
}
