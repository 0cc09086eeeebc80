/** A secret as a person typed or pasted it. */
import { shortestSecret } from "@praktor/protocol/vault";

/** The line break that comes along with a single line is none of it; several lines are a file, kept as they are. */
export const typedSecret = (text: string): string => (/^[^\n]*\n$/.test(text) ? text.slice(0, -1) : text);

/** How many characters are missing before it can be kept. */
export const missingLength = (secret: string): number =>
  Math.max(0, shortestSecret - secret.replaceAll(/\s/g, "").length);
