/** Asks the host on `host.ipc.{groupID}`. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ChatIpcRequest } from "@praktor/protocol/chat-ipc";
import { IpcReply, type IpcRequest } from "@praktor/protocol/ipc";
import { hostIpc } from "@praktor/protocol/subjects";
import type { FactTransport } from "./fact-outbox.ts";
import { errorMessage, RunnerError } from "./runner-error.ts";

export type IpcSuccess = Extract<IpcReply, { ok: true }>;

const requestTimeoutMs = 10_000;
/** Of a request that says by its key that it is the same: a connection that was cut may have taken the answer with it. */
const tries = 3;
/** A gateway that starts anew refuses at once for a while. */
const pauseMs = 1_000;

/** Rejects with `IPC_FAILED` and the host's own words, or when nobody answers for 10 s, 30 s with a key. */
export async function askHost(
  transport: Pick<FactTransport, "request">,
  groupId: string,
  request: IpcRequest | ChatIpcRequest,
): Promise<IpcSuccess> {
  const reply = await answerOf(transport, groupId, request, "key" in request.payload ? tries : 1);
  if ("error" in reply) throw new RunnerError("IPC_FAILED", reply.error);
  return reply;
}

async function answerOf(
  transport: Pick<FactTransport, "request">,
  groupId: string,
  request: IpcRequest | ChatIpcRequest,
  triesLeft: number,
): Promise<IpcReply> {
  try {
    const signal = AbortSignal.timeout(requestTimeoutMs);
    return IpcReply.parse(await transport.request(hostIpc(groupId), request, requestTimeoutMs, signal));
  } catch (error) {
    if (triesLeft > 1) {
      await sleep(pauseMs);
      return await answerOf(transport, groupId, request, triesLeft - 1);
    }
    throw new RunnerError("IPC_FAILED", `Praktor did not answer (${request.type}): ${errorMessage(error)}`, {
      cause: error,
    });
  }
}
