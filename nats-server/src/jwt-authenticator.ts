// User JWTs signed by one account: the claims are checked as the reference server in operator mode checks them.

import type { AuthenticatedUser, AuthenticationOutcome, Authenticator } from "./authenticator.ts";
import { NatsServerError } from "./nats-server-error.ts";
import { decodePublicNkey, verifySignature } from "./nkey.ts";
import { readUserClaims, type UserClaims } from "./user-claims.ts";

export interface JwtAuthenticatorOptions {
  /** The account's public nkey (`A…`). */
  accountPublicKey: string;
  /** Further keys whose signature counts when the JWT names the account as its `issuer_account`. */
  signingPublicKeys?: readonly string[];
  /** Asked at each CONNECT with the user's public nkey, and the JWT's name and time of issue. */
  isRevoked?: (userPublicKey: string, name: string, issuedAtSeconds: number) => boolean;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/**
 * Accepts users whose JWT the account has signed and who sign the connection's challenge with their own key.
 * Expiry is enforced on open connections too. Throws `INVALID_KEY` for a malformed account or signing key.
 */
export function jwtAuthenticator(options: JwtAuthenticatorOptions): Authenticator {
  const { accountPublicKey, isRevoked, now = Date.now } = options;
  const issuers = new Map<string, Buffer>();
  for (const key of [accountPublicKey, ...(options.signingPublicKeys ?? [])]) {
    const raw = decodePublicNkey(key, "account");
    if (raw === undefined) {
      throw new NatsServerError(
        "INVALID_KEY",
        `"${key}" is not an account's public nkey; give the key that starts with "A", not the seed`,
      );
    }
    issuers.set(key, raw);
  }

  const rejectionOf = (claims: UserClaims, nonce: string, signature: string): string | undefined => {
    const { issuer, issuerAccount, subject } = claims;
    const signer = issuers.get(issuer);
    if (signer === undefined) return "the JWT is not issued by this account";
    if ((issuerAccount === "" ? issuer : issuerAccount) !== accountPublicKey)
      return "the JWT belongs to another account";
    if (!verifySignature(signer, claims.signedPart, claims.signature)) return "the JWT's signature does not verify";
    const nowSeconds = now() / 1000;
    if (claims.expiresAtSeconds > 0 && claims.expiresAtSeconds <= nowSeconds) return "the JWT has expired";
    if (claims.notBeforeSeconds > nowSeconds) return "the JWT is not yet valid";
    if (!claims.allowsStandardConnections) return "the JWT does not allow this type of connection";
    const userKey = decodePublicNkey(subject, "user");
    if (userKey === undefined) return "the JWT's subject is not a user's public nkey";
    if (!claims.isBearer && !verifySignature(userKey, Buffer.from(nonce, "latin1"), decodeSignature(signature))) {
      return "the challenge was not signed by the JWT's user";
    }
    if (isRevoked?.(subject, claims.name, claims.issuedAtSeconds)) return "the credential is revoked";
    return undefined;
  };

  return {
    usesNonce: true,
    authenticate({ connect, nonce }): AuthenticationOutcome {
      if (connect.jwt === "") return { type: "rejected", reason: "no user JWT was given" };
      const claims = readUserClaims(connect.jwt);
      if (claims === undefined) return { type: "rejected", reason: "the user JWT is malformed" };
      const reason = rejectionOf(claims, nonce, connect.sig);
      if (reason !== undefined) return { type: "rejected", reason, user: claims.subject };
      return { type: "accepted", user: toUser(claims) };
    },
  };
}

function toUser(claims: UserClaims): AuthenticatedUser {
  return {
    name: claims.name,
    publicKey: claims.subject,
    maxPayloadBytes: claims.maxPayloadBytes,
    maxSubscriptions: claims.maxSubscriptions,
    ...(claims.permissions && { permissions: claims.permissions }),
    ...(claims.expiresAtSeconds > 0 && { expiresAtMs: claims.expiresAtSeconds * 1000 }),
  };
}

/** Clients send URL-safe or standard base64; Node's decoder takes both. */
function decodeSignature(signature: string): Buffer {
  return Buffer.from(signature, "base64");
}
