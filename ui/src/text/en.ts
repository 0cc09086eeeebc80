/** Every text of the pages, in English: one catalogue, a file for each page. Functions take what they mention. */
import { auditTexts } from "./audit.ts";
import { conversationsTexts } from "./conversations.ts";
import { dashboardTexts } from "./dashboard.ts";
import { groupTexts } from "./group.ts";
import { groupsTexts } from "./groups.ts";
import { peopleTexts } from "./people.ts";
import { shellTexts } from "./shell.ts";
import { swarmsTexts } from "./swarms.ts";
import { tasksTexts } from "./tasks.ts";
import { usageTexts } from "./usage.ts";
import { vaultTexts } from "./vault.ts";

export const en = {
  ...shellTexts,
  ...dashboardTexts,
  ...usageTexts,
  ...groupsTexts,
  ...groupTexts,
  ...conversationsTexts,
  ...tasksTexts,
  ...swarmsTexts,
  ...peopleTexts,
  ...vaultTexts,
  ...auditTexts,
};
