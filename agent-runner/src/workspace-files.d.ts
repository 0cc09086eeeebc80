import type { WorkspaceEntry } from "@praktor/protocol/workspace";
export interface WorkspaceFilesOptions {
    root: string;
    endpoint: string;
    token: string;
}
export declare class WorkspaceFiles {
    #private;
    constructor(options: WorkspaceFilesOptions);
    /** By name; links are shown as links. Rejects with `WorkspaceError` or the file system's error. */
    list(path: string, limit?: number): Promise<{
        entries: WorkspaceEntry[];
        truncated: boolean;
    }>;
    stat(path: string): Promise<WorkspaceEntry>;
    /** PUTs the file's bytes to the endpoint and resolves to the file's entry when they were taken. */
    read(path: string, transferId: string, signal: AbortSignal): Promise<WorkspaceEntry>;
    /** GETs the bytes into a temporary file beside the target, which then takes its place in one step. Parents are made. */
    write(path: string, transferId: string, signal: AbortSignal): Promise<WorkspaceEntry>;
}
