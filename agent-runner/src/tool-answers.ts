/** The host's answers to requests, in the shape in which Claude reads them. */
import { IpcRequest } from "@praktor/protocol/ipc";
import { requestProblems } from "@praktor/protocol/issue-words";
import type { IpcSuccess } from "./ipc-client.ts";
import { errorMessage } from "./runner-error.ts";

/** A type and not an interface: the SDK wants it open to further keys. */
export type ToolAnswer = { content: { type: "text"; text: string }[]; isError?: boolean };

/** Never rejects: what is wrong with a request, and whatever `ask` rejects with, is the tool's error. */
export function toolAnswers(ask: (request: IpcRequest) => Promise<IpcSuccess>) {
  return async (request: unknown, show: (reply: IpcSuccess) => string): Promise<ToolAnswer> => {
    try {
      const parsed = IpcRequest.safeParse(request);
      if (!parsed.success) return failed(requestProblems(parsed.error));
      return { content: [{ type: "text", text: show(await ask(parsed.data)) }] };
    } catch (error) {
      return failed(errorMessage(error));
    }
  };
}

export function failed(text: string): ToolAnswer {
  return { content: [{ type: "text", text }], isError: true };
}
