/** Starts the runner from the sandbox's environment; it ends by a signal or by the host's `shutdown`. */
import { problemWords } from "@praktor/protocol/issue-words";
import { SandboxEnvironment } from "@praktor/protocol/sandbox-environment";
import { findClaudeExecutable } from "./claude-executable.ts";
import { jsonLogger } from "./logger.ts";
import { standBehindTheBrowser } from "./memory-standing.ts";
import { Runner } from "./runner.ts";
import { errorMessage } from "./runner-error.ts";

/** After this the process ends whatever still hangs: the sandbox's host kills it a little later anyway. */
const stopDeadlineMs = 4_500;
const version = "0.1.0";

const write = (line: string): void => void process.stderr.write(line);
const parsed = SandboxEnvironment.safeParse(process.env);
const secrets: string[] = parsed.success ? [parsed.data.PRAKTOR_TOKEN] : [];
const logger = jsonLogger(write, Date.now, secrets);

process.on("uncaughtException", (error) => logger.error({ error: error.stack ?? error.message }, "uncaught exception"));
process.on("unhandledRejection", (reason) => logger.error({ error: errorMessage(reason) }, "unhandled rejection"));

if (!parsed.success) {
  const problems = problemWords(parsed.error, "it");
  logger.error({ problems }, "the sandbox's environment is not complete");
  process.exit(2);
}

const environment = parsed.data;
// What the runner knows its own children do not: Claude Code gets its environment explicitly.
let executable: string;
try {
  executable = findClaudeExecutable(environment.PRAKTOR_CLAUDE_PATH);
} catch (error) {
  logger.error({ error: errorMessage(error) }, "cannot run");
  process.exit(3);
}

await standBehindTheBrowser();
let stopping = false;
const runner = new Runner({
  environment,
  claude: {
    executable,
    inherited: {
      PATH: process.env["PATH"],
      LANG: process.env["LANG"],
      NODE_EXTRA_CA_CERTS: process.env["NODE_EXTRA_CA_CERTS"],
    },
  },
  version,
  logger,
  now: Date.now,
  // As they are, and as they stand in a line of the log.
  onSecrets: (values) => secrets.push(...values.flatMap((value) => [JSON.stringify(value).slice(1, -1), value])),
  onShutdown: () => void stop("shutdown"),
});

async function stop(reason: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  logger.info({ reason }, "going down");
  setTimeout(() => process.exit(0), stopDeadlineMs).unref();
  await runner[Symbol.asyncDispose]();
  process.exit(0);
}

process.on("SIGTERM", () => void stop("SIGTERM"));
process.on("SIGINT", () => void stop("SIGINT"));
runner.start();
logger.info({ group: environment.GROUP_ID, pid: process.pid }, "runner started");
