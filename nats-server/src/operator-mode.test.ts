// The same credentials do the same here and on a real nats-server in operator mode that knows the account.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { User } from "@nats-io/jwt";
import { jwtAuthenticator } from "./nats-server.ts";
import { connectLine, createAccount, issueUser, operatorModeConfig, type UserOptions } from "./testing/credentials.ts";
import { RawClient, type Frame } from "./testing/raw-client.ts";
import { isReferenceServerMissing, startReferenceServer, type ReferenceServer } from "./testing/reference-server.ts";
import { serve, type TestServer } from "./testing/serve.ts";

const account = createAccount();
const signer = createAccount();
const nowSeconds = () => Math.floor(Date.now() / 1000);

const SCRIPT = [
  "SUB _INBOX.me 9\r\n",
  "SUB agent.one.input 1\r\n",
  "SUB agent.> 2\r\n",
  "SUB agent.* 3\r\n",
  "SUB work workers 4\r\n",
  "SUB work 5\r\n",
  "PUB agent.one.output 2\r\nhi\r\n",
  "PUB agent.two.output _INBOX.me 2\r\nhi\r\n",
  "HPUB agent.one.output 12 14\r\nNATS/1.0\r\n\r\nhi\r\n",
  "PUB nobody _INBOX.me 0\r\n\r\n",
  "PUB work answer.here 4\r\nwork\r\n",
  "PUB answer.here 2\r\nok\r\n",
  "PUB answer.here 2\r\nok\r\n",
  "UNSUB 1\r\nUNSUB 9 1\r\n",
  "PUB agent.one.input 20\r\n01234567890123456789\r\n",
];

const allowed = (claims: Partial<User>): UserOptions => ({ claims });

const CASES: { title: string; options: UserOptions; connect?: Record<string, unknown> }[] = [
  { title: "everything allowed", options: {} },
  {
    title: "allow lists",
    options: allowed({
      pub: { allow: ["agent.one.output", "_INBOX.>", "work"] },
      sub: { allow: ["agent.one.>", "_INBOX.>", "work workers"] },
    }),
  },
  { title: "deny lists", options: allowed({ pub: { deny: ["agent.two.>"] }, sub: { deny: ["agent.one.output"] } }) },
  {
    title: "an empty allow list beside a deny list",
    options: allowed({ pub: { allow: [], deny: ["x"] }, sub: { allow: [], deny: ["x"] } }),
  },
  { title: "two empty lists", options: allowed({ pub: { allow: [], deny: [] }, sub: {} }) },
  { title: "responses", options: allowed({ pub: { allow: ["work"] }, resp: { max: 1, ttl: 60_000_000_000 } }) },
  { title: "responses without numbers", options: allowed({ sub: { allow: ["work"] }, resp: { max: 0, ttl: 0 } }) },
  { title: "limits", options: allowed({ subs: 2, payload: 12 }) },
  { title: "no responders wanted", options: {}, connect: { no_responders: true } },
  { title: "an expired JWT", options: { expiresAt: nowSeconds() - 10 } },
  { title: "a JWT of the future", options: { notBefore: nowSeconds() + 60 } },
  { title: "a signing key", options: { signer } },
  { title: "an unknown signing key", options: { signer: createAccount() } },
  { title: "a bearer token", options: allowed({ bearer_token: true }), connect: { sig: "" } },
  { title: "no signature", options: {}, connect: { sig: "" } },
  { title: "other types of connection only", options: allowed({ allowed_connection_types: ["WEBSOCKET"] }) },
  { title: "this type of connection", options: allowed({ allowed_connection_types: ["STANDARD", "MQTT"] }) },
  { title: "a malformed subject", options: allowed({ pub: { allow: ["a..b"] } }) },
  { title: "a subject with white space", options: allowed({ pub: { allow: ["a b"] } }) },
  { title: "three words in a subscription", options: allowed({ sub: { allow: ["a b c"] } }) },
];

describe.skipIf(isReferenceServerMissing())("compared with a real nats-server in operator mode", () => {
  let reference: ReferenceServer;
  let test: TestServer;

  beforeAll(async () => {
    const config = await operatorModeConfig(account, [signer]);
    reference = await startReferenceServer(config, AbortSignal.timeout(10_000));
    test = await serve({
      authenticator: jwtAuthenticator({
        accountPublicKey: account.getPublicKey(),
        signingPublicKeys: [signer.getPublicKey()],
      }),
    });
  });

  afterAll(async () => {
    await test[Symbol.asyncDispose]();
    await reference[Symbol.asyncDispose]();
  });

  it.each(CASES)("does the same with $title", async ({ options, connect }) => {
    const user = await issueUser(account, options);
    const play = async (port: number): Promise<Frame[][]> => {
      await using client = await RawClient.open(port);
      const transcript: Frame[][] = [];
      const { info } = client;
      client.take();
      transcript.push(await client.exchange(connectLine(user, info, connect)));
      for (const operation of SCRIPT) if (!client.isClosed) transcript.push(await client.exchange(operation));
      return transcript.map((frames) =>
        frames.map((frame) => frame.replace(/^INFO .*("max_payload":\d+).*/, "INFO $1")).toSorted(),
      );
    };
    const theirs = await play(reference.port);
    expect(await play(test.port)).toEqual(theirs);
  });
});
