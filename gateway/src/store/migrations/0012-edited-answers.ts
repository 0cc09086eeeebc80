/** Finds whether a message of a chat became an answer by an edit. */
import type { Migration } from "../migrate.ts";

export const editedAnswers: Migration = {
  version: 12,
  name: "edited answers",
  sql: `
    create index outbox_edits on outbox (chat_key, edit_of) where edit_of is not null;
  `,
};
