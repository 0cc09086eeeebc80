/** Finds what went wrong lately without reading all that went well. */
import type { Migration } from "../migrate.ts";

export const troubles: Migration = {
  version: 5,
  name: "troubles",
  sql: `
    create index turns_failed on turns (finished_at) where state = 'failed';
    create index outbox_troubled on outbox (created_at) where state in ('failed', 'uncertain');
  `,
};
