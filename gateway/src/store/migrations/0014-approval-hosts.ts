/** Hosts that a group's sandbox reaches only after a person's yes. */
import type { Migration } from "../migrate.ts";

export const approvalHosts: Migration = {
  version: 14,
  name: "approval_hosts",
  sql: `
    alter table groups add column approval_hosts text not null default '[]';
  `,
};
