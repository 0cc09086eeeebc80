/**
 * The HTTP endpoint that the gateway offers to sandboxes, and nothing else of it: credential renewal, file transfer and the
 * model proxy. Every request carries the sandbox's own token as `Authorization: Bearer`; Claude Code also sends it as `x-api-key`.
 */
import { z } from "zod";

/** `POST`: asks for a NATS user JWT for the public key that the runner made; the seed never leaves the sandbox. */
export const credentialPath = "/v1/credential";
/** `PUT` (workspace → host) and `GET` (host → workspace) stream one file's bytes. */
export const filePath = (transferId: string): string => `/v1/files/${transferId}`;
/** `GET`: the secrets that this sandbox's group is given, once at the runner's start. */
export const secretsPath = "/v1/secrets";
/** The Messages API as Claude Code expects it: `ANTHROPIC_BASE_URL` is the endpoint's address with this path. */
export const modelPath = "/model";

export const CredentialRequest = z.object({ userPublicKey: z.string().regex(/^U[A-Z2-7]{55}$/) });
export type CredentialRequest = z.infer<typeof CredentialRequest>;

export const CredentialReply = z.object({
  jwt: z.string(),
  /** When the JWT ends. The runner renews at half of its life. */
  expires_ms: z.number().int(),
  inboxPrefix: z.string(),
  natsUrl: z.string(),
});
export type CredentialReply = z.infer<typeof CredentialReply>;

/** Variables go to the agent's process alone, files into the sandbox's memory. */
export const SecretsReply = z.object({
  env: z.record(z.string(), z.string()),
  files: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/), z.string()),
});
export type SecretsReply = z.infer<typeof SecretsReply>;
