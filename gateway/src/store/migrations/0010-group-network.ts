/** What each group's sandbox may reach; null: as the settings say. */
import type { Migration } from "../migrate.ts";

export const groupNetwork: Migration = {
  version: 10,
  name: "group_network",
  sql: `
    alter table groups add column network text check (network in ('open', 'allowlist', 'none'));
    alter table groups add column network_allow text not null default '[]';
  `,
};
