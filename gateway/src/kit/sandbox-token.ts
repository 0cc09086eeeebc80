/** The opaque token of one sandbox. Only its hash is kept: a copy of the database opens nothing. */
import { createHash, randomBytes } from "node:crypto";

export function newSandboxToken(): string {
  return `praktor-${randomBytes(32).toString("base64url")}`;
}

/** A fast hash is right here: the token has 256 random bits, there is nothing to guess. */
export function hashSandboxToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
