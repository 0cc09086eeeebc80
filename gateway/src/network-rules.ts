/** What a group's sandbox may reach: a chat its own rules; a hidden group those of who asked for it and of whose files it reads, whichever are less. */
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { ForwardRules } from "./sandbox-api/forward-proxy.ts";
import { narrowed } from "./sandbox-api/forward-target.ts";
import type { GroupStore } from "./store/contract/group-store.ts";

/** Null: there is no such group. */
export async function networkRules(
  groups: Pick<GroupStore, "get">,
  groupId: string,
  defaultPolicy: NetworkPolicy,
): Promise<ForwardRules | null> {
  const group = await groups.get(groupId);
  if (!group) return null;
  if (group.parentId === null) {
    const { networkAllow, approvalHosts: ask } = group;
    // A yes opens what is not on the list too.
    return { ownerId: group.id, policy: group.network ?? defaultPolicy, allow: [...networkAllow, ...ask], ask };
  }
  const asker = await networkRules(groups, group.parentId, defaultPolicy);
  if (!asker || group.filesOf === null || group.filesOf === group.parentId) return asker;
  const files = await networkRules(groups, group.filesOf, defaultPolicy);
  // Without that group there are no files to keep in either.
  return files ? stricter(asker, files) : asker;
}

function stricter(asker: ForwardRules, files: ForwardRules): ForwardRules {
  if (asker.policy === "none" || files.policy === "open") return asker;
  if (files.policy === "none" || asker.policy === "open") return files;
  return { ...asker, allow: narrowed(asker.allow, files.allow), ask: [...asker.ask, ...files.ask] };
}
