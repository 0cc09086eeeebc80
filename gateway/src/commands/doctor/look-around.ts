/** What can be said without a container: settings, space, Telegram, the engine. */
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import Docker from "dockerode";
import type { Settings } from "../../config/schema.ts";
import { systemClock } from "../../kit/clock.ts";
import { silentLogger } from "../../kit/logger.ts";
import { errorMessage } from "../../kit/praktor-error.ts";
import { modelAccess } from "../../model-access.ts";
import { DockerSandboxHost } from "../../sandbox/docker/docker-sandbox-host.ts";
import type { Finding } from "./finding.ts";

const gib = 1024 ** 3;
const littleSpaceBytes = 2 * gib;

export async function lookAround(settings: Settings, signal: AbortSignal): Promise<Finding[]> {
  return [modelFinding(settings), await telegramFinding(settings, signal), await spaceFinding(settings)];
}

/** `bad` when containers cannot be had; then there is nothing to look at from inside. */
export async function engineFinding(settings: Settings, signal: AbortSignal): Promise<Finding> {
  const docker = new Docker();
  const { image } = settings.agent;
  const { runtime } = settings.sandbox;
  await using host = new DockerSandboxHost({
    installId: "doctor",
    logger: silentLogger,
    clock: systemClock,
    docker,
    image,
    ...(runtime === undefined ? {} : { runtime }),
  });
  const { detail } = await host.health(signal);
  // A host that nobody started watches nothing, and says so; all else is a true trouble.
  const fine = detail.includes("looked at");
  const good = `The container engine answers and has the image ${image}.`;
  const [warning] = host.warnings;
  if (fine && warning !== undefined) return { level: "warn", what: "Container engine", detail: warning };
  return fine
    ? { level: "ok", what: "Container engine", detail: good }
    : { level: "bad", what: "Container engine", detail };
}

function modelFinding(settings: Settings): Finding {
  const what = "Model credential";
  if (modelAccess(settings).credential !== null) return { level: "ok", what, detail: "One is configured." };
  return { level: "bad", what, detail: "There is none.", advice: "Set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN." };
}

async function telegramFinding({ telegram }: Settings, signal: AbortSignal): Promise<Finding> {
  const what = "Telegram";
  if (telegram.token === undefined) return { level: "ok", what, detail: "The bot is off: no telegram.token is set." };
  const root = telegram.api_root ?? "https://api.telegram.org";
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
    const answer = await fetch(`${root}/bot${telegram.token}/getMe`, { signal: limit });
    if (answer.ok) return { level: "ok", what, detail: "Telegram knows the token." };
    const advice = "Ask @BotFather for the token again, and set telegram.token.";
    return { level: "bad", what, detail: `Telegram refused the token (${answer.status}).`, advice };
  } catch (error) {
    // The address holds the token: only the reason is shown.
    const cause = error instanceof Error && error.cause !== undefined ? errorMessage(error.cause) : "no answer";
    return { level: "bad", what, detail: `Telegram could not be reached: ${cause.replaceAll(telegram.token, "…")}` };
  }
}

async function spaceFinding(settings: Settings): Promise<Finding> {
  const what = "Disk space";
  const folder = dirname(resolve(settings.store.path));
  const space = await statfs(folder).catch(() => null);
  if (space === null) return { level: "ok", what, detail: `${folder} does not exist yet; the first start makes it.` };
  const free = space.bavail * space.bsize;
  const detail = `${(free / gib).toFixed(1)} GiB are free where the data lies.`;
  if (free >= littleSpaceBytes) return { level: "ok", what, detail };
  return {
    level: "warn",
    what,
    detail,
    advice: "Free some, or lower sandbox.workspace_max_bytes: no kernel bounds what agents write.",
  };
}
