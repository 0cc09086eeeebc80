/** Every NATS subject of Praktor, made in one place. Ids are one token each: `GroupId` and `RowId` allow no dot, no wildcard. */

export const agentInput = (groupId: string): string => `agent.${groupId}.input`;
export const agentOutput = (groupId: string): string => `agent.${groupId}.output`;
export const agentControl = (groupId: string): string => `agent.${groupId}.control`;
export const agentReady = (groupId: string): string => `agent.${groupId}.ready`;
export const hostIpc = (groupId: string): string => `host.ipc.${groupId}`;
export const swarmMember = (swarmId: string, memberId: string): string => `swarm.${swarmId}.${memberId}`;

export const allSwarmMembers = "swarm.*.*";

/** What of a run's id its members' ids begin with; also names the volume that they share. The end: the beginning is the time, which two runs may share. */
export const swarmFolder = (swarmId: string): string => `sw-${swarmId.slice(-8)}`;
export const swarmMemberId = (swarmId: string, role: string): string => `${swarmFolder(swarmId)}-${role}`;

export const agentEvents = (groupId: string): string => `events.agent.${groupId}`;
export const taskEvents = (taskId: string): string => `events.task.${taskId}`;
export const swarmEvents = (swarmId: string): string => `events.swarm.${swarmId}`;
export const systemEvents = "events.system";
export const allEvents = "events.>";

/** What the gateway listens to; the group is the second token for `agent.*`, the third for `host.ipc.*`. */
export const allAgentOutput = "agent.*.output";
export const allAgentReady = "agent.*.ready";
export const allHostIpc = "host.ipc.*";

/** The private reply inbox of one sandbox: a prefix that no other credential may read. */
export const sandboxInboxPrefix = (sandboxId: string): string => `_INBOX_${sandboxId}`;
