/** Asks the host on `host.ipc.{groupID}`. */
import type { ChatIpcRequest } from "@praktor/protocol/chat-ipc";
import { IpcReply, type IpcRequest } from "@praktor/protocol/ipc";
import { hostIpc } from "@praktor/protocol/subjects";
import type { FactTransport } from "./fact-outbox.ts";
import { errorMessage, RunnerError } from "./runner-error.ts";

export type IpcSuccess = Extract<IpcReply, { ok: true }>;

const requestTimeoutMs = 10_000;

/** Rejects with `IPC_FAILED` and the host's own words, or after 10 s. */
export async function askHost(
  transport: Pick<FactTransport, "request">,
  groupId: string,
  request: IpcRequest | ChatIpcRequest,
): Promise<IpcSuccess> {
  let reply: IpcReply;
  try {
    const signal = AbortSignal.timeout(requestTimeoutMs);
    reply = IpcReply.parse(await transport.request(hostIpc(groupId), request, requestTimeoutMs, signal));
  } catch (error) {
    throw new RunnerError("IPC_FAILED", `Praktor did not answer (${request.type}): ${errorMessage(error)}`, {
      cause: error,
    });
  }
  if ("error" in reply) throw new RunnerError("IPC_FAILED", reply.error);
  return reply;
}
