/** A chat becomes a group, once, with a folder of its own. */
import type { Assistant } from "./agent/assistant.ts";
import { folderName } from "./groups/folder-name.ts";
import { PraktorError } from "./kit/praktor-error.ts";
import type { Store } from "./store/contract.ts";
import type { Group } from "./store/rows.ts";

export async function registerGroup(
  group: { id: string; name: string },
  mainChatId: string | undefined,
  assistant: Pick<Assistant, "registerGroup">,
  store: Store,
): Promise<Group> {
  const known = await store.groups.get(group.id);
  if (known) return known;
  const created = await assistant.registerGroup({
    id: group.id,
    name: group.name,
    folder: folderName(group.name, group.id),
    is_main: group.id === mainChatId,
  });
  if (created.type === "created") return created.group;
  const winner = await store.groups.get(group.id);
  if (winner) return winner;
  throw new PraktorError("taken_folder", `The chat ${group.id} could not become a group: its folder's name is taken.`);
}

/** What the settings say of the main chat holds for a group that was there before they said it, too. */
export async function obeyMainChat(
  mainChatId: string | undefined,
  groups: Pick<Store["groups"], "get" | "update">,
): Promise<void> {
  if (mainChatId === undefined) return;
  if ((await groups.get(mainChatId))?.isMain === false) await groups.update(mainChatId, { isMain: true });
}
