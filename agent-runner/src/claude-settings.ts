/** How Claude Code is run in a sandbox: what it may know, do and read. */
import { delimiter } from "node:path";
import type { McpServerConfig, Options } from "@anthropic-ai/claude-agent-sdk";
import { modelPath } from "@praktor/protocol/sandbox-endpoint";
import type { SandboxEnvironment } from "@praktor/protocol/sandbox-environment";
import { browserHook } from "./browser-hook.ts";
import { ownHomeEnvironment } from "./own-home.ts";
import { proxyEnvironment, unreachableTools } from "./network-environment.ts";
import { homeHooks } from "./sandbox-home-paths.ts";
import { spawnClaude } from "./spawn-claude.ts";
import { webHooks } from "./web-hooks.ts";

/**
 * Waits of about 0.5, 1, 2, 4, 8, 16 and 32 to 40 s between eight tries: about 70 s, which outlasts a restart of the gateway and
 * still answers a person within a minute and a half.
 */
const modelRetries = 7;

/**
 * Tools that do not fit here: they schedule outside of Praktor's tasks, finish after the turn when nobody listens any more, wait
 * for an answer on a screen that does not exist, or need programs that Claude Code itself does not get (`own-home.ts`).
 */
const disallowedTools = [
  "CronCreate",
  "CronDelete",
  "CronList",
  "ScheduleWakeup",
  "Monitor",
  "Workflow",
  "AskUserQuestion",
  "EnterPlanMode",
  "ExitPlanMode",
  "EnterWorktree",
  "ExitWorktree",
];

export interface ClaudeSettings {
  environment: SandboxEnvironment;
  /** PATH, locale and the certificates of whoever made the image; nothing else of this process is inherited. */
  inherited: Partial<Record<"PATH" | "LANG" | "NODE_EXTRA_CA_CERTS", string | undefined>>;
  executable: string;
  /** What the group was given by the time that a session begins. */
  secrets: () => { environment: Readonly<Record<string, string>>; description: string | null };
}

/**
 * The environment of the agent's commands, and but for `own-home.ts` of Claude Code. It gets the sandbox's opaque token in place of a model key: the gateway's model proxy adds
 * the real one.
 */
export function claudeEnvironment({
  environment,
  inherited,
  secrets,
}: ClaudeSettings): Record<string, string> & Record<"HOME" | "PATH", string> {
  const { GROUP_ID, NATS_URL, NATS_CREDS, PRAKTOR_SANDBOX_ID, CLAUDE_CONFIG_DIR, HOME, TZ } = environment;
  const { HTTP_PROXY, HTTPS_PROXY, NO_PROXY } = environment;
  const tokenName = environment.PRAKTOR_MODEL_AUTH === "oauth" ? "CLAUDE_CODE_OAUTH_TOKEN" : "ANTHROPIC_API_KEY";
  return {
    // First, so that none of them takes the place of what follows.
    ...secrets().environment,
    HOME,
    PATH: inherited.PATH ?? ["/usr/local/bin", "/usr/bin", "/bin"].join(delimiter),
    LANG: inherited.LANG ?? "C.UTF-8",
    ...(inherited.NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS: inherited.NODE_EXTRA_CA_CERTS }),
    ...(TZ === undefined ? {} : { TZ }),
    // curl takes only the small one for plain http.
    ...(HTTP_PROXY === undefined ? {} : { HTTP_PROXY, http_proxy: HTTP_PROXY }),
    ...(HTTPS_PROXY === undefined ? {} : { HTTPS_PROXY }),
    ...(NO_PROXY === undefined ? {} : { NO_PROXY }),
    CLAUDE_CONFIG_DIR,
    ANTHROPIC_BASE_URL: new URL(modelPath, environment.PRAKTOR_ENDPOINT).href,
    [tokenName]: environment.PRAKTOR_TOKEN,
    // Allows `bypassPermissions` also for a process sandbox that runs as root.
    IS_SANDBOX: "1",
    CLAUDE_CODE_MAX_RETRIES: String(modelRetries),
    // It would be one call more than the retries, and silent until the whole answer is there.
    CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: "1",
    API_TIMEOUT_MS: String(environment.PRAKTOR_MODEL_TIMEOUT_MS),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: "1",
    DISABLE_AUTOUPDATER: "1",
    ...proxyEnvironment(environment),
    // For the browser's command, which says why a page does not load, and puts downloads where no other browser's lie.
    PRAKTOR_NETWORK: environment.PRAKTOR_NETWORK,
    PRAKTOR_WORKSPACE: environment.PRAKTOR_WORKSPACE,
    PRAKTOR_DOWNLOADS: environment.PRAKTOR_DOWNLOADS,
    // For `ptask`, which the agent calls from its shell.
    GROUP_ID,
    NATS_URL,
    NATS_CREDS,
    PRAKTOR_SANDBOX_ID,
  };
}

export interface SessionSettings {
  conversationId: string;
  sessionId: string | undefined;
  model: string | undefined;
  maxTurns: number;
  maxCostUsd: number | undefined;
  /** What follows Claude Code's own system prompt. */
  instructions: string;
  mcpServers: Record<string, McpServerConfig>;
  hooks: NonNullable<Options["hooks"]>;
  /** Folder of the group's own skills, agents and commands. */
  plugin: string;
  /** Claude Code's own, see `own-home.ts`. */
  home: string;
  onStderr: (text: string) => void;
}

/** The options of one `query()`. */
export function claudeOptions(settings: ClaudeSettings, session: SessionSettings): Options {
  const { environment, executable } = settings;
  const { PRAKTOR_MODEL, PRAKTOR_PLUGIN: image } = environment;
  const model = session.model ?? PRAKTOR_MODEL;
  return {
    cwd: environment.PRAKTOR_WORKSPACE,
    env: {
      ...claudeEnvironment(settings),
      ...ownHomeEnvironment(session.home),
      // The browser is driven by one conversation at a time.
      PRAKTOR_CONVERSATION_ID: session.conversationId,
      CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD: "1",
    },
    pathToClaudeCodeExecutable: executable,
    permissionMode: "bypassPermissions",
    allowDangerouslySkipPermissions: true,
    disallowedTools: [...disallowedTools, ...unreachableTools(environment)],
    includePartialMessages: true,
    maxTurns: session.maxTurns,
    mcpServers: session.mcpServers,
    mcpServersDelivery: "initialize",
    strictMcpConfig: true,
    // No settings file: the agent writes the group's, and what they name would run without a question to the group's people. Its
    // `CLAUDE.md` and rules are those of an added folder, its skills those of a plugin.
    settingSources: [],
    additionalDirectories: [environment.PRAKTOR_WORKSPACE],
    managedSettings: {
      allowManagedHooksOnly: true,
      disableSkillShellExecution: true,
      permissions: { deny: [`Edit(${insideOf(environment.CLAUDE_CONFIG_DIR)})`] },
    },
    settings: {
      autoMemoryEnabled: false,
      skipWebFetchPreflight: !environment.PRAKTOR_WEB_FETCH_PREFLIGHT,
    },
    hooks: {
      ...webHooks(),
      ...homeHooks(environment.HOME),
      ...(image === undefined ? {} : browserHook(image)),
      ...session.hooks,
    },
    plugins: [session.plugin, ...(image === undefined ? [] : [image])].map((path) => ({ type: "local", path })),
    systemPrompt: {
      type: "preset",
      preset: "claude_code",
      append: session.instructions,
      // Claude Code would otherwise send for ever what the conversation began with: a resumed one would hear of no change.
      snapshot: false,
    },
    spawnClaudeCodeProcess: (options) => spawnClaude(options, session.onStderr),
    ...(model === undefined ? {} : { model }),
    ...(session.maxCostUsd === undefined ? {} : { maxBudgetUsd: session.maxCostUsd }),
    ...(session.sessionId === undefined ? {} : { resume: session.sessionId }),
  };
}

/** As a pattern of Claude Code's rules, where `//` begins an absolute path. Its tools follow links before they look. */
function insideOf(folder: string): string {
  return `/${folder.replaceAll(/[\\*?![\]#(){} ]/g, String.raw`\$&`)}/**`;
}
