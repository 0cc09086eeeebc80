/** People edit texts in which `[redacted]` was shown to them in place of secrets: what they send back must not put it in their place. */
import { PraktorError } from "../kit/praktor-error.ts";
import { redacted } from "../vault/redactor.ts";
import type { WebRedactor } from "./ports.ts";

const message = `must not hold ${redacted}, which only stands in for a secret there: saving would lose it. Write the secret itself, or leave it out`;

/**
 * What is to be stored: every text as it was sent, or the stored one where it was sent as that is shown. `stored`: what the form was filled
 * from, in the names of the request; of several the first counts most. A list's texts may have changed places. Throws `invalid`.
 */
export function keepSecrets<Sent>(sent: Sent, stored: readonly unknown[], redactor: Pick<WebRedactor, "redact">): Sent {
  return kept([], sent, stored, redactor) as Sent;
}

function kept(
  path: readonly string[],
  sent: unknown,
  places: readonly unknown[],
  redactor: Pick<WebRedactor, "redact">,
): unknown {
  if (typeof sent === "string") return keptText(path.join("."), sent, places, redactor);
  if (Array.isArray(sent)) {
    const lists = places.filter((place) => Array.isArray(place));
    return sent.map((item: unknown, index) => {
      const at = lists.flatMap((list) => [list[index], ...list.toSpliced(index, 1)]);
      return kept([...path, String(index)], item, at, redactor);
    });
  }
  if (!isRecord(sent)) return sent;
  const records = places.filter(isRecord);
  return Object.fromEntries(
    Object.entries(sent).map(([name, value]) => {
      const at = records.flatMap((record) => (Object.hasOwn(record, name) ? [record[name]] : []));
      return [name, kept([...path, name], value, at, redactor)];
    }),
  );
}

function keptText(
  field: string,
  sent: string,
  places: readonly unknown[],
  redactor: Pick<WebRedactor, "redact">,
): string {
  if (!sent.includes(redacted) || places[0] === sent) return sent;
  const hiding = places.filter((text) => typeof text === "string").filter((text) => redactor.redact(text) !== text);
  const same = hiding.find((text) => redactor.redact(text) === sent);
  if (same !== undefined) return same;
  if (hiding.length === 0) return sent;
  throw new PraktorError("invalid", `The request is not valid: ${field} ${message}.`, { faults: [{ field, message }] });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
