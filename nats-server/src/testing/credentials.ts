// Accounts, users and signed JWTs for tests.

import {
  createAccount,
  createOperator,
  createUser,
  encodeAccount,
  encodeOperator,
  encodeUser,
  type KeyPair,
  type User,
} from "@nats-io/jwt";

export interface TestUser {
  jwt: string;
  keys: KeyPair;
}

export interface UserOptions {
  claims?: Partial<User>;
  /** Seconds since the epoch. */
  expiresAt?: number;
  notBefore?: number;
  /** Signs in the account's place. */
  signer?: KeyPair;
}

export async function issueUser(account: KeyPair, options: UserOptions = {}): Promise<TestUser> {
  const keys = createUser();
  const jwt = await encodeUser("tester", keys, account, options.claims ?? {}, {
    ...(options.expiresAt !== undefined && { exp: options.expiresAt }),
    ...(options.notBefore !== undefined && { nbf: options.notBefore }),
    ...(options.signer && { signer: options.signer }),
  });
  return { jwt, keys };
}

/** A CONNECT line with this user's JWT and signature of the challenge in the server's INFO. */
export function connectLine(user: TestUser, info: unknown, options: Record<string, unknown> = {}): string {
  const nonce = typeof info === "object" && info !== null && "nonce" in info ? String(info.nonce) : "";
  const sig = Buffer.from(user.keys.sign(Buffer.from(nonce))).toString("base64url");
  return `CONNECT ${JSON.stringify({ verbose: false, pedantic: false, headers: true, protocol: 1, jwt: user.jwt, sig, ...options })}\r\n`;
}

/** Configuration of a real server in operator mode that knows this account. */
export async function operatorModeConfig(account: KeyPair, signingKeys: readonly KeyPair[] = []): Promise<string> {
  const operator = createOperator();
  const limits = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const accountJwt = await encodeAccount(
    "tests",
    account,
    { limits, signing_keys: signingKeys.map((key) => key.getPublicKey()) },
    { signer: operator },
  );
  const operatorJwt = await encodeOperator("tests", operator);
  return `operator: ${operatorJwt}\nresolver: MEMORY\nresolver_preload: { ${account.getPublicKey()}: ${accountJwt} }`;
}

export { createAccount };
