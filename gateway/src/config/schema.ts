/** The settings, their defaults and what they may hold. Keys are the YAML's; defaults are the promise of the documentation. */
import { NetworkPolicy } from "@praktor/protocol/network";
import { SwarmLimits } from "@praktor/protocol/swarm";
import { z } from "zod";
import { parseDurationMs } from "./duration.ts";

const durationWords = "must be a duration such as 30s, 10m or 2h";
/** Written `10m`; read as milliseconds. */
const duration = z.union([z.string(), z.number().int().nonnegative()], durationWords).transform((value, context) => {
  const delayMs = typeof value === "number" && value !== 0 ? null : parseDurationMs(String(value));
  if (delayMs === null) {
    context.addIssue({ code: "custom", message: durationWords });
    return z.NEVER;
  }
  return delayMs;
});

/** Dollars. */
const limit = z.number().positive().nullable().default(null);
/** Dollars for a million tokens. */
const rate = z.number().nonnegative();

const port = z.number().int().min(0).max(65_535);
/** Marks what must be seen nowhere; see `secretsIn`. Last in a chain: what follows makes another schema. */
const secretMark = { secret: true } as const;
const secret = z.string().min(1).meta(secretMark);
/** Errors and logs name addresses, so that none may hold a password. */
const userWords =
  "must hold no user name or password (user:password@): errors and logs name this address; keys have settings of their own";
const queryWords =
  "must hold nothing behind ? or #: errors and logs name this address, and paths are put behind it; keys have settings of their own";
const noQuery = /^[^?#]*$/;
const url = z
  .url({ protocol: /^https?$/, abort: true })
  .refine((value) => {
    const { username, password } = new URL(value);
    return username === "" && password === "";
  }, userWords)
  .regex(noQuery, queryWords);
/** YAML reads a bare id as a number; both are fine. */
const chatId = z
  .union(
    [z.string().regex(/^-?\d{1,20}$/, "must be a Telegram chat id"), z.number().int()],
    "must be a Telegram chat id",
  )
  .transform(String);
const userId = z
  .union(
    [z.string().regex(/^\d{1,20}$/, "must be a Telegram user id"), z.number().int().positive()],
    "must be a Telegram user id",
  )
  .transform(String);

export const Settings = z.strictObject({
  telegram: z
    .strictObject({
      token: secret.optional(),
      allow_from: z.array(userId).default([]),
      api_root: url.optional(),
      /** In group chats: answer when mentioned or replied to, or everything. */
      group_replies: z.enum(["mention", "all"]).default("mention"),
      /** Whether a message to the bot comes with what anybody said in the group to others since the last one. */
      group_context: z.enum(["none", "recent"]).default("none"),
      /** An answer of more messages than this is sent as its beginning and a file. */
      max_parts: z.number().int().positive().default(10),
      /** Telegram calls this address instead of being polled; a proxy with TLS passes it on to `webhook_host:webhook_port`. */
      webhook_url: url.optional(),
      webhook_secret: z
        .string()
        .regex(/^[\w-]{16,256}$/, "must be 16 to 256 letters, digits, '_' or '-'")
        .meta(secretMark)
        .optional(),
      webhook_host: z.string().min(1).default("127.0.0.1"),
      webhook_port: port.default(8443),
    })
    .refine((telegram) => telegram.webhook_url === undefined || telegram.webhook_secret !== undefined, {
      path: ["webhook_url"],
      message: "needs telegram.webhook_secret too: without it anybody could send updates",
    })
    .prefault({}),
  sandbox: z
    .strictObject({
      kind: z.enum(["docker", "process"]).default("docker"),
      port: port.default(4280),
      allow_unisolated: z.boolean().default(false),
      /** Optional container runtime, such as `runsc`. */
      runtime: z.string().min(1).optional(),
      /** What a sandbox may reach beside the gateway, where its group says nothing else. */
      network: NetworkPolicy.default("open"),
      /** Whether agents with an allowlist may search the web at the model's endpoint: what they search for leaves by it. */
      allowlist_web_search: z.boolean().default(false),
      memory_mb: z.number().int().min(256).default(2048),
      cpus: z.number().positive().default(2),
      pids: z.number().int().min(64).default(512),
      /** The whole disk (`/dev/sda`, no partition) that holds the engine's volumes; without it nothing bounds how fast a sandbox writes there. */
      disk_device: z
        .string()
        .regex(/^\/dev\/\S+$/, "is a disk's device, such as /dev/sda")
        .optional(),
      /** What each sandbox may write there, in MiB a second. */
      disk_write_mb: z.number().int().min(1).default(64),
      /** What a group's files and Claude's transcripts may take of the disk; null: as much as there is. */
      workspace_max_bytes: z
        .number()
        .int()
        .min(10 * 1024 ** 2)
        .nullable()
        .default(20 * 1024 ** 3),
    })
    .prefault({}),
  agent: z
    .strictObject({
      image: z.string().min(1).default("praktor-agent:latest"),
      model: z.string().min(1).optional(),
      max_containers: z.number().int().positive().default(5),
      max_conversations: z.number().int().positive().default(3),
      max_turns: z.number().int().positive().default(100),
      max_attempts: z.number().int().positive().default(3),
      idle_timeout: duration.prefault("10m"),
      start_timeout: duration.prefault("60s"),
      turn_timeout: duration.prefault("60m"),
      approval_timeout: duration.prefault("10m"),
      /** A sandbox that runs and does not answer for so long is replaced. */
      unresponsive_timeout: duration.prefault("45s"),
      /** Whether WebFetch asks a service of Anthropic about each domain before it fetches; false: no visited domain is told. */
      web_fetch_preflight: z.boolean().default(false),
      anthropic_api_key: secret.optional(),
      oauth_token: secret.optional(),
      /** A compatible endpoint's key that it wants as a bearer token. */
      auth_token: secret.optional(),
      /** A model call that sends no header for so long is made again. */
      model_timeout: duration.prefault("10m"),
      base_url: url.optional(),
    })
    .prefault({}),
  swarm: z
    .strictObject({
      /** Sandboxes of swarms' members at once; chats and tasks have theirs besides. */
      max_containers: z.number().int().positive().default(4),
      /** How long one member, and a whole run, may take. */
      node_timeout: duration
        .refine((delayMs) => SwarmLimits.shape.node_ms.safeParse(delayMs).success, "must be between 1s and 24h")
        .prefault("30m"),
      run_timeout: duration
        .refine((delayMs) => SwarmLimits.shape.run_ms.safeParse(delayMs).success, "must be between 1s and 7d")
        .prefault("2h"),
      /** What all members of a run may use together; absent: no limit. */
      max_tokens: z.number().int().positive().optional(),
      max_cost_usd: z.number().positive().optional(),
    })
    .prefault({}),
  nats: z
    .strictObject({
      port: port.default(4222),
      url: z
        .string()
        .min(1)
        .regex(/^[^@]*$/, userWords)
        .regex(noQuery, queryWords)
        .optional(),
      creds: z.string().min(1).optional(),
      account_seed: secret.optional(),
      /** How long a sandbox's credential lives before it must be renewed. */
      credential_life: duration.prefault("1h"),
    })
    .refine((nats) => nats.url === undefined || nats.account_seed !== undefined, {
      path: ["url"],
      message: "needs nats.account_seed too: it signs the sandboxes' users on that server (docs/nats.md)",
    })
    .prefault({}),
  store: z.strictObject({ path: z.string().min(1).default("data/praktor.db") }).prefault({}),
  web: z
    .strictObject({
      enabled: z.boolean().default(true),
      port: port.default(8080),
      host: z.string().min(1).default("127.0.0.1"),
      auth: secret.optional(),
      /** The only host names, besides loopback, that the page answers to. */
      allowed_hosts: z.array(z.string().min(1)).optional(),
      /** A proxy with TLS stands in front and sets X-Forwarded-Proto and X-Forwarded-For itself. */
      behind_proxy: z.boolean().default(false),
    })
    .prefault({}),
  /** An OpenAI-compatible endpoint that turns voice messages into text. */
  speech: z
    .strictObject({
      base_url: url.optional(),
      api_key: secret.optional(),
      model: z.string().min(1).default("whisper-1"),
      language: z
        .string()
        .regex(/^[a-z]{2,3}$/, "must be a code such as en or de")
        .optional(),
    })
    .prefault({}),
  vault: z
    .strictObject({
      /** Either of both opens the vault; `praktor vault --help` says how they are made. */
      passphrase: secret.optional(),
      key_file: z.string().min(1).optional(),
    })
    .refine((vault) => vault.passphrase === undefined || vault.key_file === undefined, {
      path: ["key_file"],
      message: "cannot be set together with vault.passphrase: one key opens the vault",
    })
    .prefault({}),
  /** Who did what is kept for so many days. */
  audit: z.strictObject({ keep_days: z.number().int().min(1).max(3650).default(365) }).prefault({}),
  usage: z
    .strictObject({
      /** By model, with `*` for any characters; goes before the built-in list. */
      prices: z
        .record(
          z.string().min(1),
          z
            .strictObject({
              input: rate,
              output: rate,
              cache_write_5m: rate.optional(),
              cache_write_1h: rate.optional(),
              cache_read: rate.optional(),
            })
            .transform((price) => ({
              input: price.input,
              output: price.output,
              cacheWrite5m: price.cache_write_5m ?? price.input,
              cacheWrite1h: price.cache_write_1h ?? price.cache_write_5m ?? price.input,
              cacheRead: price.cache_read ?? price.input,
            })),
        )
        .default({}),
    })
    .prefault({}),
  /** What may be spent on model calls; null: no limit. */
  budgets: z.strictObject({ group_per_day: limit, per_day: limit, per_30_days: limit }).prefault({}),
  scheduler: z
    .strictObject({
      poll_interval: duration.prefault("30s"),
      /** A run, with its conversation, is forgotten when it ended longer ago or when its task has so many newer ones. */
      keep_runs_for: duration.prefault("4320h"),
      keep_runs: z.number().int().min(1).max(100_000).default(500),
    })
    .prefault({}),
  groups: z
    .strictObject({ base_path: z.string().min(1).default("data/groups"), main_chat_id: chatId.optional() })
    .prefault({}),
  /** How long running turns may go on after SIGTERM. */
  stop_grace: duration.prefault("10s"),
});
export type Settings = z.infer<typeof Settings>;
