/** Answers the host's commands on `agent.{groupID}.control`. */
import { type AgentControlReply, type RunnerStatus } from "@praktor/protocol/agent-control";
import type { Logger } from "./logger.ts";
import type { WorkspaceFiles } from "./workspace-files.ts";
export interface ControlDeskOptions {
    files: WorkspaceFiles;
    logger: Logger;
    status: () => RunnerStatus;
    interrupt: (turnId: string) => boolean;
    endSession: (conversationId: string) => Promise<boolean>;
    /** Called after the reply is on its way. */
    shutdown: () => void;
    signal: AbortSignal;
}
/** Never rejects: whatever goes wrong is the reply. */
export declare function answerControl(text: string, options: ControlDeskOptions): Promise<AgentControlReply>;
