/** What goes wrong in a way that the caller should read: its message follows `Error: ` on stderr. */
export class PtaskError extends Error {
  readonly code: "SETTING_MISSING" | "INVALID" | "UNREACHABLE" | "REFUSED";

  constructor(code: PtaskError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PtaskError";
    this.code = code;
  }
}
