// User JWTs: who is let in, what it allows, and when it ends.

import { connect, credsAuthenticator } from "@nats-io/transport-node";
import { createAccount, createUser, encodeUser, fmtCreds, type KeyPair } from "@nats-io/jwt";
import { beforeEach, describe, expect, it } from "vitest";
import { jwtAuthenticator } from "./nats-server.ts";
import { connectLine, issueUser, type TestUser, type UserOptions } from "./testing/credentials.ts";
import { RawClient, type Frame } from "./testing/raw-client.ts";
import { serve, type TestServer } from "./testing/serve.ts";

const REFUSED = ["-ERR 'Authorization Violation'", "closed"];
let account: KeyPair;

beforeEach(() => {
  account = createAccount();
});

function serveAccount(options: Partial<Parameters<typeof jwtAuthenticator>[0]> = {}): Promise<TestServer> {
  return serve({ authenticator: jwtAuthenticator({ accountPublicKey: account.getPublicKey(), ...options }) });
}

/** What a new client with this user sees after its CONNECT. */
async function tryUser(test: TestServer, user: TestUser): Promise<Frame[]> {
  await using client = await RawClient.open(test.port);
  const { info } = client;
  client.take();
  return await client.exchange(connectLine(user, info));
}

const nowSeconds = () => Math.floor(Date.now() / 1000);

describe("a user JWT", () => {
  it("lets the official client in with a credentials file", async () => {
    await using test = await serveAccount();
    const keys = createUser();
    const creds = fmtCreds(await encodeUser("joe", keys, account), keys);
    await using client = await connect({ port: test.port, authenticator: credsAuthenticator(creds) });
    await client.flush();
    expect(test.server.monitor().connections).toMatchObject([{ user: "joe", userPublicKey: keys.getPublicKey() }]);
  });

  it("is refused when it expired, is not yet valid, or comes from another account", async () => {
    await using test = await serveAccount();
    expect(await tryUser(test, await issueUser(account))).toEqual([]);
    const refused: UserOptions[] = [{ expiresAt: nowSeconds() - 5 }, { notBefore: nowSeconds() + 60 }];
    for (const options of refused) expect(await tryUser(test, await issueUser(account, options))).toEqual(REFUSED);
    expect(await tryUser(test, await issueUser(createAccount()))).toEqual(REFUSED);
    const reasons = test.events.flatMap((event) => (event.type === "authentication-failure" ? [event.reason] : []));
    expect(reasons).toEqual([
      "the JWT has expired",
      "the JWT is not yet valid",
      "the JWT is not issued by this account",
    ]);
  });

  it("is refused when its claims were changed after signing", async () => {
    await using test = await serveAccount();
    const user = await issueUser(account, { claims: { pub: { allow: ["a"] } } });
    const [head, body = "", signature] = user.jwt.split(".");
    const forged = Buffer.from(Buffer.from(body, "base64url").toString().replace('"a"', '">"')).toString("base64url");
    expect(await tryUser(test, { ...user, jwt: `${head}.${forged}.${signature}` })).toEqual(REFUSED);
  });

  it("is refused to whoever cannot sign the challenge", async () => {
    await using test = await serveAccount();
    const user = await issueUser(account);
    expect(await tryUser(test, { jwt: user.jwt, keys: createUser() })).toEqual(REFUSED);
    await using other = await RawClient.open(test.port);
    const replayed = connectLine(user, other.info);
    await using client = await RawClient.open(test.port);
    client.take();
    expect(await client.exchange(replayed)).toEqual(REFUSED);
  });

  it.each(["", "x", "a.b", "a.b.c", "....", "e30.e30.AA"])("is refused when it is %j", async (jwt) => {
    await using test = await serveAccount();
    expect(await tryUser(test, { jwt, keys: createUser() })).toEqual(REFUSED);
  });

  it("is needed before anything else", async () => {
    await using test = await serveAccount();
    await using client = await RawClient.open(test.port);
    client.take();
    expect(await client.exchange("SUB a 1\r\n")).toEqual(REFUSED);
  });

  it("counts when one of the account's signing keys has signed it", async () => {
    const signer = createAccount();
    await using test = await serveAccount({ signingPublicKeys: [signer.getPublicKey()] });
    expect(await tryUser(test, await issueUser(account, { signer }))).toEqual([]);
    expect(await tryUser(test, await issueUser(createAccount(), { signer }))).toEqual(REFUSED);
    expect(await tryUser(test, await issueUser(signer))).toEqual(REFUSED);
  });

  it("ends its open connections when it expires", async () => {
    await using test = await serveAccount();
    const user = await issueUser(account, { expiresAt: nowSeconds() + 2 });
    await using client = await RawClient.open(test.port);
    await client.exchange(connectLine(user, client.info));
    client.take();
    await client.waitFor(() => false);
    expect(client.take()).toEqual(["-ERR 'User Authentication Expired'"]);
  });

  it("does not connect after it is revoked, and its connections can be ended", async () => {
    const revoked = new Set<string>();
    await using test = await serveAccount({
      isRevoked: (key, _name, issuedAt) => issuedAt <= nowSeconds() && revoked.has(key),
    });
    const user = await issueUser(account);
    await using client = await RawClient.open(test.port);
    await client.exchange(connectLine(user, client.info));
    client.take();
    revoked.add(user.keys.getPublicKey());
    expect(test.server.disconnect({ userPublicKey: user.keys.getPublicKey() })).toBe(1);
    await client.waitFor(() => false);
    expect(client.take()).toEqual(["-ERR 'User Authentication Revoked'"]);
    expect(await tryUser(test, user)).toEqual(REFUSED);
    expect(test.server.disconnect({ userPublicKey: user.keys.getPublicKey() })).toBe(0);
  });

  it("limits subscriptions and payload, and tells the client its payload limit", async () => {
    await using test = await serveAccount();
    const user = await issueUser(account, { claims: { subs: 1, payload: 10 } });
    await using client = await RawClient.open(test.port);
    const { info } = client;
    client.take();
    const [greeting] = await client.exchange(connectLine(user, info));
    expect(greeting).toContain('"max_payload":10');
    expect(await client.exchange("SUB a 1\r\nSUB b 2\r\n")).toEqual(["-ERR 'maximum subscriptions exceeded'"]);
    expect(await client.exchange("PUB a 10\r\n0123456789\r\n")).toEqual(["MSG a 1 10|0123456789"]);
    expect(await client.exchange("PUB a 11\r\n")).toEqual(["-ERR 'Maximum Payload Violation'", "closed"]);
  });

  it("is of no use with a limit of no subscription", async () => {
    await using test = await serveAccount();
    const user = await issueUser(account, { claims: { subs: 0 } });
    expect(await tryUser(test, user)).toEqual(["-ERR 'maximum subscriptions exceeded'", "closed"]);
  });

  it("needs the account's key and not its seed in place of its key", () => {
    const seed = new TextDecoder().decode(account.getSeed());
    expect(() => jwtAuthenticator({ accountPublicKey: seed })).toThrow(/not the seed/);
  });
});
