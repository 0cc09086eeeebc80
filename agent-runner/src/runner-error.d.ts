/** What the runner throws: a code for programs, and what was attempted. */
export type RunnerErrorCode = "ENVIRONMENT_INVALID" | "CLAUDE_MISSING" | "CREDENTIAL_REFUSED" | "IPC_FAILED" | "TRANSFER_FAILED";
export declare class RunnerError extends Error {
    readonly code: RunnerErrorCode;
    constructor(code: RunnerErrorCode, message: string, options?: ErrorOptions);
}
export declare function errorMessage(error: unknown): string;
