/** One request to Praktor on `host.ipc.{groupID}`. */
import { readFile } from "node:fs/promises";
import { connect, credsAuthenticator, errors, type ConnectionOptions } from "@nats-io/transport-node";
import { IpcReply, IpcRequest } from "@praktor/protocol/ipc";
import { hostIpc, sandboxInboxPrefix } from "@praktor/protocol/subjects";
import { flagProblems, inFlags } from "./flag-words.ts";
import { PtaskError } from "./ptask-error.ts";

export type IpcSuccess = Extract<IpcReply, { ok: true }>;
type Environment = Readonly<Record<string, string | undefined>>;

const timeoutMs = 10_000;

/**
 * `request` is checked here first, so that a wrong argument is told without asking. Rejects with `PtaskError`: after 10 s in
 * all when nobody answers, with the host's own words when it refuses.
 */
export async function askHost(request: unknown, environment: Environment): Promise<IpcSuccess> {
  const parsed = IpcRequest.safeParse(request);
  if (!parsed.success) throw new PtaskError("INVALID", `${flagProblems(parsed.error)}.`);
  const reply = await exchange(parsed.data, environment);
  if ("error" in reply) throw new PtaskError("REFUSED", inFlags(reply.error));
  return reply;
}

async function exchange(request: IpcRequest, environment: Environment): Promise<IpcReply> {
  const groupId = setting(environment, "GROUP_ID");
  const url = setting(environment, "NATS_URL");
  const credentials = await readCredentials(environment["NATS_CREDS"]);
  const sandboxId = environment["PRAKTOR_SANDBOX_ID"];
  const begunAt = performance.now();
  const options: ConnectionOptions = {
    servers: url,
    name: "ptask",
    reconnect: false,
    timeout: timeoutMs,
    noAsyncTraces: true,
    ...(sandboxId ? { inboxPrefix: sandboxInboxPrefix(sandboxId) } : {}),
    ...(credentials ? { authenticator: credsAuthenticator(credentials) } : {}),
  };
  try {
    const connection = await connect(options);
    try {
      const timeout = Math.max(1, Math.round(timeoutMs - (performance.now() - begunAt)));
      const reply = await connection.request(hostIpc(groupId), JSON.stringify(request), { timeout, noMux: true });
      return IpcReply.parse(reply.json());
    } finally {
      await connection.close();
    }
  } catch (error) {
    throw new PtaskError("UNREACHABLE", reason(error), { cause: error });
  }
}

function setting(environment: Environment, name: string): string {
  const value = environment[name];
  if (!value) throw new PtaskError("SETTING_MISSING", `${name} is not set`);
  return value;
}

/** Absent only where the server needs none. */
async function readCredentials(path: string | undefined): Promise<Uint8Array | undefined> {
  if (!path) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new PtaskError("SETTING_MISSING", `cannot read the credentials that NATS_CREDS names: ${detail}`);
  }
}

function reason(error: unknown): string {
  if (error instanceof errors.TimeoutError) return `Praktor did not answer within ${timeoutMs / 1000} s`;
  if (error instanceof errors.NoRespondersError || (error instanceof errors.RequestError && error.isNoResponders()))
    return "Praktor does not listen now; try again in a moment";
  return error instanceof Error ? error.message : String(error);
}
