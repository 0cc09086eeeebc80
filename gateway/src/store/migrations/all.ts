/** Every migration, oldest first. One that was released is never changed: the next one corrects it. */
import type { Migration } from "../migrate.ts";
import { first } from "./0001-first.ts";
import { tasks } from "./0002-tasks.ts";
import { freshSession } from "./0003-fresh-session.ts";
import { messageSearch } from "./0004-message-search.ts";
import { troubles } from "./0005-troubles.ts";
import { hiddenGroups } from "./0006-hidden-groups.ts";
import { taskLimits } from "./0007-task-limits.ts";
import { spending } from "./0008-spending.ts";
import { vault } from "./0009-vault.ts";
import { groupNetwork } from "./0010-group-network.ts";
import { swarms } from "./0011-swarms.ts";
import { answersInPlace } from "./0012-answers-in-place.ts";
import { audit } from "./0013-audit.ts";
import { approvalHosts } from "./0014-approval-hosts.ts";
import { outdatedSecrets } from "./0015-outdated-secrets.ts";

export const migrations: readonly Migration[] = [
  first,
  tasks,
  freshSession,
  messageSearch,
  troubles,
  hiddenGroups,
  taskLimits,
  spending,
  vault,
  groupNetwork,
  swarms,
  answersInPlace,
  audit,
  approvalHosts,
  outdatedSecrets,
];
