/** What a group's sandbox sees: a chat its own workspace, a task's its group's, a swarm's member what its swarm shares. */
import { swarmFolder } from "@praktor/protocol/subjects";
import type { GroupStore } from "../store/contract/group-store.ts";
import type { SandboxShape } from "./sandbox-spec.ts";

export async function sandboxShape(
  groups: Pick<GroupStore, "get">,
  groupId: string,
  environment: Record<string, string>,
): Promise<SandboxShape> {
  const group = await groups.get(groupId);
  if (!group || group.kind === "chat") return { environment };
  const owner = group.filesOf === null ? null : await groups.get(group.filesOf);
  const files = owner && { groupId: owner.id, folder: owner.folder };
  if (group.kind === "task") {
    return {
      environment: { ...environment, PRAKTOR_DOWNLOADS: `downloads/${group.id}` },
      mounts: { group: files && { ...files, readOnly: false }, own: files === null, shared: null },
    };
  }
  const shared = group.swarmId === null ? null : swarmFolder(group.swarmId);
  return {
    environment: { ...environment, ...(group.swarmId === null ? {} : { PRAKTOR_SWARM_ID: group.swarmId }) },
    mounts: { group: files && { ...files, readOnly: true }, own: true, shared },
  };
}
