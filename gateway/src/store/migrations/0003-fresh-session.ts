/** A person may begin a fresh session while a turn still runs in the old one: that turn's session is then not the conversation's any more. */
import type { Migration } from "../migrate.ts";

export const freshSession: Migration = {
  version: 3,
  name: "fresh-session",
  sql: `alter table turns add column keeps_session integer not null default 1 check (keeps_session in (0, 1));`,
};
