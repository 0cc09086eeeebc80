/** People edit texts in which `[redacted]` was shown to them in place of secrets: what they send back must not put it in their place. */
import { PraktorError } from "../kit/praktor-error.ts";
import { redacted } from "../vault/redactor.ts";
import type { WebRedactor } from "./ports.ts";

const message = `must not hold ${redacted}, which only stands in for a secret there: saving would lose it. Write the secret itself, or leave it out`;

/** What is to be stored: as it was sent, or the stored text, where it was sent as it was shown. Throws `invalid`. */
export function keepSecret<Sent extends string | null | undefined>(
  field: string,
  sent: Sent,
  stored: string | null,
  redactor: Pick<WebRedactor, "redact">,
): Sent | string {
  if (typeof sent !== "string" || stored === null || sent === stored) return sent;
  const shown = redactor.redact(stored);
  if (shown === stored) return sent;
  if (sent === shown) return stored;
  if (!sent.includes(redacted)) return sent;
  throw new PraktorError("invalid", `The request is not valid: ${field} ${message}.`, { faults: [{ field, message }] });
}
