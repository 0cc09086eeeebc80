/** The runner's log: one JSON object a line on stderr, where the sandbox's host collects it. */
export interface Logger {
    debug(fields: object, message: string): void;
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
}
/** Every occurrence of a `secrets` string is replaced before a line is written; times are RFC 3339. */
export declare function jsonLogger(write: (line: string) => void, now: () => number, secrets: readonly string[]): Logger;
