// The table of the Bot API's methods.

import { BotApiError } from "./bot-api-error.ts";
import type { BotMethods, BotState } from "./bot-state.ts";
import { chatMethods } from "./chat-methods.ts";
import { messageMethods } from "./message-methods.ts";
import type { BotApiParameters } from "./request-body.ts";
import { updateMethods } from "./update-methods.ts";

const methods: BotMethods = { ...updateMethods, ...messageMethods, ...chatMethods };

/** Method names are case-insensitive. Rejects with BotApiError 404 for one that does not exist. */
export async function callMethod(
  name: string,
  state: BotState,
  parameters: BotApiParameters,
  gone: AbortSignal,
): Promise<unknown> {
  const key = name.toLowerCase();
  const method = Object.hasOwn(methods, key) ? methods[key] : undefined;
  if (!method) throw new BotApiError(404, "Not Found: method not found");
  return await method(state, parameters, gone);
}
