/** The runner's log: one JSON object a line on stderr, where the sandbox's host collects it. */

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Every occurrence of a `secrets` string is replaced before a line is written; times are RFC 3339. */
export function jsonLogger(write: (line: string) => void, now: () => number, secrets: readonly string[]): Logger {
  const log =
    (level: string) =>
    (fields: object, msg: string): void => {
      let line = JSON.stringify({ time: new Date(now()).toISOString(), level, msg, ...fields });
      for (const secret of secrets) line = line.replaceAll(secret, "[redacted]");
      write(`${line}\n`);
    };
  return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}
