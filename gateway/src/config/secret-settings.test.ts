import { expect, test } from "vitest";
import { parseSettings } from "./load-settings.ts";
import { secretsIn, settingPaths } from "./secret-settings.ts";

const looksSecret = /token|secret|passw|passphrase|key|auth|seed|cred/;
/** Limits, and where files lie. */
const areNone = ["nats.credential_life", "nats.creds", "swarm.max_tokens", "vault.key_file"];

test("every setting that looks like a secret is marked as one", () => {
  const named = settingPaths().map(({ path, isSecret }) => ({ name: path.join("."), isSecret }));
  expect(named.length).toBeGreaterThan(50);
  const unmarked = named.filter(({ name, isSecret }) => !isSecret && looksSecret.test(name)).map(({ name }) => name);
  expect(unmarked.toSorted()).toEqual(areNone);
});

test("the values of all of them are found, and of nothing else", () => {
  const file = `
telegram: { token: telegram-token, webhook_secret: webhook-secret-of-it, allow_from: [12] }
agent: { anthropic_api_key: the-api-key, oauth_token: the-oauth-token, auth_token: the-auth-token, model: a-model }
nats: { account_seed: the-seed }
web: { auth: the-password, host: 127.0.0.1 }
speech: { api_key: the-speech-key }
vault: { passphrase: the-long-passphrase }
`;
  expect(secretsIn(parseSettings("p.yaml", file, {})).toSorted()).toEqual([
    "telegram-token",
    "the-api-key",
    "the-auth-token",
    "the-long-passphrase",
    "the-oauth-token",
    "the-password",
    "the-seed",
    "the-speech-key",
    "webhook-secret-of-it",
  ]);
  expect(secretsIn(parseSettings("p.yaml", "", {}))).toEqual([]);
});
