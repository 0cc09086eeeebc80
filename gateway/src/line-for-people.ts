/** A line of the log as a person reads it: time, level, sentence, fields. */
import { prettyFactory } from "pino-pretty";

/** Takes a line of JSON. Not pino-pretty's stream, whose last lines the end of the process would cut off. */
export const lineForPeople: (line: string) => string = prettyFactory({
  translateTime: "SYS:HH:MM:ss",
  singleLine: true,
});
