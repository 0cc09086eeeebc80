/** What a sandbox finds in its environment when it starts. `parse` it; nothing else of the gateway's settings is there. */
import { z } from "zod";
import { GroupId, RowId } from "./ids.ts";
import { NetworkPolicy } from "./network.ts";

export const SandboxEnvironment = z.object({
  GROUP_ID: GroupId,
  /** Base URL of the sandbox endpoint, for example `http://172.20.0.1:4280`. */
  PRAKTOR_ENDPOINT: z.url(),
  /** The sandbox's own opaque token; the endpoint knows its hash. Also handed to Claude Code in place of a model key. */
  PRAKTOR_TOKEN: z.string().min(20),
  NATS_URL: z.string(),
  /** File that the runner keeps filled with its current credentials, for `ptask`. */
  NATS_CREDS: z.string(),
  PRAKTOR_SANDBOX_ID: RowId,
  /** Where the group's files lie: `/workspace/group` in a container. A swarm's member works in `/workspace/own`. */
  PRAKTOR_WORKSPACE: z.string(),
  /** A swarm's member: the files of the group that it was given to read, and the ones that all members share. */
  PRAKTOR_GROUP_FILES: z.string().optional(),
  PRAKTOR_SWARM_FILES: z.string().optional(),
  /** Folder within the workspace for what this sandbox's browser downloads; where sandboxes share a workspace, each has its own. */
  PRAKTOR_DOWNLOADS: z.string().default("downloads"),
  /** Set in the sandbox of a swarm's member: the run. */
  PRAKTOR_SWARM_ID: RowId.optional(),
  /** Folder with the global `CLAUDE.md`, read-only for the agent. */
  PRAKTOR_GLOBAL: z.string(),
  /** Claude's own state: sessions, settings. */
  CLAUDE_CONFIG_DIR: z.string(),
  HOME: z.string(),
  /** `api_key` or `oauth`: under which name Claude Code is given the token, so that it sends the right headers. */
  PRAKTOR_MODEL_AUTH: z.enum(["api_key", "oauth"]).default("api_key"),
  /** How long a model call may take to send its first header. */
  PRAKTOR_MODEL_TIMEOUT_MS: z.coerce.number().int().positive().default(600_000),
  /** What of the world can be reached: with `allowlist` only through the endpoint as an HTTP proxy, under the token. */
  PRAKTOR_NETWORK: NetworkPolicy.default("open"),
  PRAKTOR_MODEL: z.string().optional(),
  PRAKTOR_MAX_CONVERSATIONS: z.coerce.number().int().positive().default(3),
  PRAKTOR_MAX_TURNS: z.coerce.number().int().positive().default(100),
  /** Whether WebFetch may ask Anthropic about each domain first, past the model proxy. */
  PRAKTOR_WEB_FETCH_PREFLIGHT: z.stringbool().default(false),
  /** Whether the model's endpoint may search the web for an agent whose network is `allowlist`. */
  PRAKTOR_ALLOWLIST_WEB_SEARCH: z.stringbool().default(false),
  /** Folder with the image's own skills, as a plugin of Claude Code. */
  PRAKTOR_PLUGIN: z.string().optional(),
  /** Claude Code's executable; absent: the one of the Agent SDK's platform package. */
  PRAKTOR_CLAUDE_PATH: z.string().optional(),
  TZ: z.string().optional(),
  /** The way to the web where the group's network has one of its own; for Claude Code, its shell and the browser. */
  HTTP_PROXY: z.string().optional(),
  HTTPS_PROXY: z.string().optional(),
  NO_PROXY: z.string().optional(),
});
export type SandboxEnvironment = z.infer<typeof SandboxEnvironment>;
