/** A group's files, through its runner, which works as the agent's own user: nobody follows a link on the agent's behalf. */
import { AgentControlReply, type AgentControl } from "@praktor/protocol/agent-control";
import * as subjects from "@praktor/protocol/subjects";
import type { WorkspaceEntry } from "@praktor/protocol/workspace";
import { abortable, deadline } from "../kit/deadline.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import { ofSaidLength } from "../kit/said-length.ts";
import type { AskSandbox } from "./ask-sandbox.ts";
import type { PooledGroup } from "./pooled-sandbox.ts";
import type { Transfers } from "./transfers.ts";

export interface WorkspaceOptions {
  transfers: Transfers;
  /** A stopped sandbox is started: the files are behind it. */
  ensure: (group: PooledGroup, signal: AbortSignal) => Promise<unknown>;
  findGroup: (groupId: string) => Promise<PooledGroup | null>;
  request: AskSandbox;
}

const answerTimeoutMs = 10_000;
const transferTimeoutMs = 10 * 60_000;

/** Paths are relative to the workspace. Every method rejects with a `PraktorError`: `not_found`, `outside_workspace`, …, or why no sandbox could be had. */
export class Workspace {
  readonly #options: WorkspaceOptions;

  constructor(options: WorkspaceOptions) {
    this.#options = options;
  }

  async list(
    groupId: string,
    path: string,
    signal: AbortSignal,
  ): Promise<{ entries: WorkspaceEntry[]; truncated: boolean }> {
    const reply = await this.#ask(groupId, { command: "workspace_list", path }, answerTimeoutMs, signal);
    return { entries: reply.entries ?? [], truncated: reply.truncated ?? false };
  }

  async stat(groupId: string, path: string, signal: AbortSignal): Promise<WorkspaceEntry> {
    const reply = await this.#ask(groupId, { command: "workspace_stat", path }, answerTimeoutMs, signal);
    if (!reply.entry) throw new PraktorError("not_found", `There is no ${path} in this workspace.`);
    return reply.entry;
  }

  /** The bytes arrive as they are read, few more than the entry says; cancel the stream to stop the transfer. */
  async read(
    groupId: string,
    path: string,
    signal: AbortSignal,
  ): Promise<{ entry: WorkspaceEntry; stream: ReadableStream<Uint8Array> }> {
    const entry = await this.stat(groupId, path, signal);
    if (entry.type !== "file") throw new PraktorError("not_a_file", `${path} is no file.`);
    const transfer = this.#options.transfers.expect(groupId);
    const sending = this.#ask(
      groupId,
      { command: "workspace_read", path, transferId: transfer.id },
      transferTimeoutMs,
      signal,
    );
    // The runner answers when it has sent everything: an answer before the first byte is a refusal, or a lie.
    const refused = sending.then((): never => {
      throw new PraktorError("failed", `${path} was not sent.`);
    });
    const limit = deadline(signal, answerTimeoutMs);
    try {
      const stream = await abortable(Promise.race([transfer.body, refused]), limit);
      return { entry, stream: ofSaidLength(entry.name, stream, { saidBytes: entry.sizeBytes }) };
    } catch (error) {
      transfer[Symbol.dispose]();
      if (!limit.aborted || signal.aborted) throw error;
      throw new PraktorError("timeout", `The sandbox did not begin to send ${path} in time.`, { cause: error });
    }
  }

  async write(
    groupId: string,
    path: string,
    body: ReadableStream<Uint8Array>,
    signal: AbortSignal,
  ): Promise<WorkspaceEntry> {
    using transfer = this.#options.transfers.offer(groupId, body);
    const reply = await this.#ask(
      groupId,
      { command: "workspace_write", path, transferId: transfer.id },
      transferTimeoutMs,
      signal,
    );
    if (!reply.entry) throw new PraktorError("failed", `${path} was not written.`);
    return reply.entry;
  }

  async #ask(
    groupId: string,
    command: AgentControl,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Extract<AgentControlReply, { status: "ok" }>> {
    const group = await this.#options.findGroup(groupId);
    if (!group) throw new PraktorError("not_found", `There is no group ${groupId}.`);
    await this.#options.ensure(group, signal);
    const reply = await this.#options.request(
      subjects.agentControl(groupId),
      command,
      AgentControlReply,
      timeoutMs,
      signal,
    );
    if (reply.status === "error") throw new PraktorError(reply.code, reply.message);
    return reply;
  }
}
