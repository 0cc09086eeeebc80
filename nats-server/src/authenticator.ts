// Who may connect: the seam between a connection and the ways to prove an identity, and the two simple ways.

import { createHash, timingSafeEqual } from "node:crypto";
import type { ConnectOptions } from "./connect-options.ts";
import type { PermissionSet } from "./permissions.ts";

/** What an accepted client may do and for how long. Absent means unlimited. */
export interface AuthenticatedUser {
  /** For logs and the monitor. */
  name: string;
  publicKey?: string;
  permissions?: PermissionSet;
  /** -1 for no limit of its own. */
  maxPayloadBytes?: number;
  /** -1 for no limit of its own. */
  maxSubscriptions?: number;
  /** Milliseconds since the epoch; the connection is closed then. */
  expiresAtMs?: number;
}

export interface AuthenticationAttempt {
  connect: ConnectOptions;
  /** The challenge that this connection was sent; empty when the authenticator uses none. */
  nonce: string;
  remoteAddress: string;
}

export type AuthenticationOutcome =
  | { type: "accepted"; user: AuthenticatedUser }
  | { type: "rejected"; reason: string; user?: string };

/** Decides on a CONNECT line. It is called again for each further CONNECT of a connection, and must not throw. */
export interface Authenticator {
  readonly usesNonce: boolean;
  authenticate(attempt: AuthenticationAttempt): AuthenticationOutcome;
}

export interface PasswordUser {
  user: string;
  password: string;
  permissions?: PermissionSet;
}

/** Accepts the given users by name and password. */
export function passwordAuthenticator(users: readonly PasswordUser[]): Authenticator {
  const byName = new Map(users.map((user) => [user.user, user]));
  return {
    usesNonce: false,
    authenticate({ connect }) {
      const known = byName.get(connect.user);
      // An unknown name is compared too, so that the answer's timing does not tell which names exist.
      const matches = isSameSecret(connect.pass, known?.password ?? "");
      if (known === undefined || !matches)
        return { type: "rejected", reason: "wrong user or password", user: connect.user };
      return {
        type: "accepted",
        user: { name: known.user, ...(known.permissions && { permissions: known.permissions }) },
      };
    },
  };
}

/** Accepts whoever knows the token. */
export function tokenAuthenticator(token: string): Authenticator {
  return {
    usesNonce: false,
    authenticate({ connect }) {
      if (!isSameSecret(connect.auth_token, token)) return { type: "rejected", reason: "wrong token" };
      return { type: "accepted", user: { name: "token" } };
    },
  };
}

function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
