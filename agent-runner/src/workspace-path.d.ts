export type WorkspaceErrorCode = "not_found" | "not_a_file" | "not_a_directory" | "outside_workspace" | "too_large" | "denied" | "invalid" | "failed";
export declare class WorkspaceError extends Error {
    readonly code: WorkspaceErrorCode;
    constructor(code: WorkspaceErrorCode, message: string);
}
/**
 * The real path of something that exists, all links followed. `path` is relative to `root`; "" is the root itself.
 * Rejects with `outside_workspace` when it leads out, by `..`, as an absolute path or through a link.
 */
export declare function realWorkspacePath(root: string, path: string): Promise<string>;
/** The same, but a link at the end of the path is named itself and not what it points to. */
export declare function workspaceEntryPath(root: string, path: string): Promise<string>;
/** Where a new file would be: the part of the path that exists is followed and must stay inside. */
export declare function newWorkspacePath(root: string, path: string): Promise<string>;
