/** Which environment variable sets which key. Environment wins over YAML; a value that does not parse is an error, never ignored. */

export interface EnvironmentKey {
  variable: string;
  path: readonly [string, string];
  read: "text" | "integer" | "amount" | "boolean" | "list";
}

const key = (
  variable: string,
  path: readonly [string, string],
  read: EnvironmentKey["read"] = "text",
): EnvironmentKey => ({
  variable,
  path,
  read,
});

export const environmentKeys: readonly EnvironmentKey[] = [
  key("PRAKTOR_TELEGRAM_TOKEN", ["telegram", "token"]),
  key("PRAKTOR_TELEGRAM_ALLOW_FROM", ["telegram", "allow_from"], "list"),
  key("PRAKTOR_TELEGRAM_API_ROOT", ["telegram", "api_root"]),
  key("PRAKTOR_TELEGRAM_WEBHOOK_URL", ["telegram", "webhook_url"]),
  key("PRAKTOR_TELEGRAM_WEBHOOK_SECRET", ["telegram", "webhook_secret"]),
  key("PRAKTOR_SANDBOX", ["sandbox", "kind"]),
  key("PRAKTOR_SANDBOX_PORT", ["sandbox", "port"], "integer"),
  key("PRAKTOR_SANDBOX_NETWORK", ["sandbox", "network"]),
  key("PRAKTOR_SANDBOX_DISK", ["sandbox", "disk_device"]),
  key("PRAKTOR_ALLOW_UNISOLATED", ["sandbox", "allow_unisolated"], "boolean"),
  key("PRAKTOR_AGENT_MODEL", ["agent", "model"]),
  key("PRAKTOR_MAX_CONTAINERS", ["agent", "max_containers"], "integer"),
  key("PRAKTOR_SWARM_MAX_CONTAINERS", ["swarm", "max_containers"], "integer"),
  key("PRAKTOR_IDLE_TIMEOUT", ["agent", "idle_timeout"]),
  key("ANTHROPIC_API_KEY", ["agent", "anthropic_api_key"]),
  key("CLAUDE_CODE_OAUTH_TOKEN", ["agent", "oauth_token"]),
  key("ANTHROPIC_BASE_URL", ["agent", "base_url"]),
  key("ANTHROPIC_AUTH_TOKEN", ["agent", "auth_token"]),
  key("PRAKTOR_BUDGET_GROUP_DAY", ["budgets", "group_per_day"], "amount"),
  key("PRAKTOR_BUDGET_DAY", ["budgets", "per_day"], "amount"),
  key("PRAKTOR_BUDGET_30_DAYS", ["budgets", "per_30_days"], "amount"),
  key("PRAKTOR_NATS_PORT", ["nats", "port"], "integer"),
  key("PRAKTOR_NATS_URL", ["nats", "url"]),
  key("PRAKTOR_NATS_CREDS", ["nats", "creds"]),
  key("PRAKTOR_NATS_ACCOUNT_SEED", ["nats", "account_seed"]),
  key("PRAKTOR_STORE_PATH", ["store", "path"]),
  key("PRAKTOR_WEB_PASSWORD", ["web", "auth"]),
  key("PRAKTOR_WEB_PORT", ["web", "port"], "integer"),
  key("PRAKTOR_WEB_HOST", ["web", "host"]),
  key("PRAKTOR_SPEECH_URL", ["speech", "base_url"]),
  key("PRAKTOR_SPEECH_KEY", ["speech", "api_key"]),
  key("PRAKTOR_VAULT_PASSPHRASE", ["vault", "passphrase"]),
  key("PRAKTOR_VAULT_KEY_FILE", ["vault", "key_file"]),
  key("PRAKTOR_GROUPS_BASE", ["groups", "base_path"]),
  key("PRAKTOR_MAIN_CHAT_ID", ["groups", "main_chat_id"]),
];

/** Read at the start and belonging to no section: the file's name, the log, the crash points of the tests. */
const otherVariables = ["PRAKTOR_CONFIG", "PRAKTOR_LOG_LEVEL", "PRAKTOR_CRASH_AT"];

/** Variables that look like Praktor's and are none: most likely misspelled, and without effect. */
export function unknownVariables(names: Iterable<string>): string[] {
  const known = new Set([...environmentKeys.map(({ variable }) => variable), ...otherVariables]);
  return [...names].filter((name) => name.startsWith("PRAKTOR_") && !known.has(name)).toSorted();
}

/** The value as the schema wants it; a text that is no integer or boolean stays text, so that the schema names it. */
export function readVariable(read: EnvironmentKey["read"], text: string): unknown {
  switch (read) {
    case "text":
      return text;
    case "integer":
      return /^-?\d+$/.test(text.trim()) ? Number(text.trim()) : text;
    case "amount":
      return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text.trim()) : text;
    case "boolean":
      return booleans[text.trim().toLowerCase()] ?? text;
    case "list":
      return text
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "");
    default:
      return read satisfies never;
  }
}

const booleans: Record<string, boolean> = { true: true, "1": true, yes: true, false: false, "0": false, no: false };
