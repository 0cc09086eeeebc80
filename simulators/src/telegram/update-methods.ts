// How updates reach the bot: getUpdates and the webhook.

import * as z from "zod";
import { BotApiError } from "./bot-api-error.ts";
import type { BotMethods } from "./bot-state.ts";
import { flag, integer, nested, parseValues } from "./request-body.ts";

export const updateMethods: BotMethods = {
  async getupdates(state, { values }, gone) {
    const parameters = parseValues(
      z.object({
        offset: integer.default(0),
        limit: integer.default(100),
        timeout: integer.default(0),
        allowed_updates: nested(z.array(z.string())).optional(),
      }),
      values,
    );
    if (state.webhook.url !== "") {
      throw new BotApiError(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      );
    }
    const { offset, limit, timeout: timeoutSeconds, allowed_updates: allowedUpdates } = parameters;
    return await state.updates.take({ offset, limit, timeoutSeconds, allowedUpdates }, gone);
  },

  setwebhook(state, { values }) {
    const parameters = parseValues(
      z.object({
        url: z.string().default(""),
        secret_token: z
          .string()
          .regex(/^[\w-]{1,256}$/, "secret token contains unallowed characters")
          .optional(),
        allowed_updates: nested(z.array(z.string())).optional(),
        drop_pending_updates: flag.optional(),
      }),
      values,
    );
    if (parameters.drop_pending_updates) state.updates.dropPending();
    state.updates.setAllowed(parameters.allowed_updates);
    state.webhook.set(parameters.url, parameters.secret_token);
    return true;
  },

  deletewebhook(state, { values }) {
    const parameters = parseValues(z.object({ drop_pending_updates: flag.optional() }), values);
    if (parameters.drop_pending_updates) state.updates.dropPending();
    state.webhook.set("", undefined);
    return true;
  },

  getwebhookinfo: (state) => ({
    url: state.webhook.url,
    has_custom_certificate: false,
    pending_update_count: state.updates.pendingCount,
    ...state.webhook.lastError,
  }),
};
