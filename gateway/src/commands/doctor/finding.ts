/** What the doctor says of one thing that it looked at. */
export interface Finding {
  /** `bad`: Praktor does not work, or promises what does not hold. `warn`: it works, and a person should know. */
  level: "ok" | "warn" | "bad";
  what: string;
  detail: string;
  /** What to do. */
  advice?: string;
}
