// Reads a NATS user JWT (version 2) into checked claims, without judging whether it is valid now.

import type { PermissionSet, SubjectList } from "./permissions.ts";

export interface UserClaims {
  name: string;
  /** The user's public nkey. */
  subject: string;
  issuer: string;
  /** Empty when the account itself has signed. */
  issuerAccount: string;
  issuedAtSeconds: number;
  /** 0 for none. */
  expiresAtSeconds: number;
  notBeforeSeconds: number;
  isBearer: boolean;
  allowsStandardConnections: boolean;
  permissions: PermissionSet | undefined;
  /** -1 for no limit. */
  maxPayloadBytes: number;
  /** -1 for no limit. */
  maxSubscriptions: number;
  signedPart: Buffer;
  signature: Buffer;
}

class MalformedClaims extends Error {}

/** The claims, or undefined for anything that is not a well-formed user JWT. */
export function readUserClaims(jwt: string): UserClaims | undefined {
  try {
    return readClaims(jwt);
  } catch {
    return undefined;
  }
}

function readClaims(jwt: string): UserClaims {
  const [header, body, signature, ...rest] = jwt.split(".");
  if (header === undefined || body === undefined || signature === undefined || rest.length > 0)
    throw new MalformedClaims();
  const head = readRecord(JSON.parse(fromBase64Url(header)));
  if (readString(head, "typ").toLowerCase() !== "jwt" || readString(head, "alg") !== "ed25519-nkey")
    throw new MalformedClaims();
  const claims = readRecord(JSON.parse(fromBase64Url(body)));
  const nats = readRecord(claims.get("nats"));
  if (readString(nats, "type") !== "user") throw new MalformedClaims();
  const connectionTypes = readStrings(nats, "allowed_connection_types") ?? [];
  return {
    name: readString(claims, "name"),
    subject: readString(claims, "sub"),
    issuer: readString(claims, "iss"),
    issuerAccount: readString(nats, "issuer_account"),
    issuedAtSeconds: readNumber(claims, "iat"),
    expiresAtSeconds: readNumber(claims, "exp"),
    notBeforeSeconds: readNumber(claims, "nbf"),
    isBearer: readBoolean(nats, "bearer_token"),
    allowsStandardConnections:
      connectionTypes.length === 0 || connectionTypes.some((type) => type.toUpperCase() === "STANDARD"),
    permissions: readPermissions(nats),
    maxPayloadBytes: readNumber(nats, "payload"),
    maxSubscriptions: readNumber(nats, "subs"),
    signedPart: Buffer.from(`${header}.${body}`, "latin1"),
    signature: Buffer.from(signature, "base64url"),
  };
}

function readPermissions(nats: Map<string, unknown>): PermissionSet | undefined {
  const publish = readSubjects(nats, "pub", false);
  const subscribe = readSubjects(nats, "sub", true);
  const responses = nats.get("resp");
  if (!publish && !subscribe && isAbsent(responses)) return undefined;
  const set: PermissionSet = { ...(publish && { publish }), ...(subscribe && { subscribe }) };
  if (!isAbsent(responses)) {
    const record = readRecord(responses);
    set.responses = { maxMessages: readNumber(record, "max"), expiresMs: readNumber(record, "ttl") / 1e6 };
  }
  return set;
}

/** Undefined when neither list has an entry: a permission without entries is none. */
function readSubjects(nats: Map<string, unknown>, key: string, mayNameQueue: boolean): SubjectList | undefined {
  const value = nats.get(key);
  if (isAbsent(value)) return undefined;
  const record = readRecord(value);
  const allow = readStrings(record, "allow");
  const deny = readStrings(record, "deny");
  const entries = [...(allow ?? []), ...(deny ?? [])];
  if (entries.length === 0) return undefined;
  if (!entries.every((entry) => isPermissionEntry(entry, mayNameQueue))) throw new MalformedClaims();
  return { ...(allow && { allow }), ...(deny && { deny }) };
}

function isPermissionEntry(entry: string, mayNameQueue: boolean): boolean {
  const words = entry.split(" ");
  if (words.length > (mayNameQueue ? 2 : 1)) return false;
  return words.every((word) => word !== "" && !/\s/.test(word));
}

function fromBase64Url(text: string): string {
  return Buffer.from(text, "base64url").toString("utf8");
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function readRecord(value: unknown): Map<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new MalformedClaims();
  return new Map<string, unknown>(Object.entries(value));
}

function readString(record: Map<string, unknown>, key: string): string {
  const value = record.get(key);
  if (isAbsent(value)) return "";
  if (typeof value !== "string") throw new MalformedClaims();
  return value;
}

function readNumber(record: Map<string, unknown>, key: string): number {
  const value = record.get(key);
  if (isAbsent(value)) return 0;
  if (typeof value !== "number") throw new MalformedClaims();
  return value;
}

function readBoolean(record: Map<string, unknown>, key: string): boolean {
  const value = record.get(key);
  if (isAbsent(value)) return false;
  if (typeof value !== "boolean") throw new MalformedClaims();
  return value;
}

function readStrings(record: Map<string, unknown>, key: string): string[] | undefined {
  const value = record.get(key);
  if (isAbsent(value)) return undefined;
  if (!Array.isArray(value)) throw new MalformedClaims();
  return value.map((entry: unknown) => {
    if (typeof entry !== "string") throw new MalformedClaims();
    return entry;
  });
}
