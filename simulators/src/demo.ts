/**
 * `npm run demo`: the whole system on this machine, with simulators in place of Telegram and of the model.
 * `--exit` plays a short conversation, prints it with timings and ends; without it the system stays up until Ctrl-C.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { talks } from "./demo/conversation.ts";
import { checkFile, playConversation, startTeam } from "./demo/play.ts";
import { teamScript } from "./demo/team-script.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { MessagesSimulator } from "./messages/messages-simulator.ts";
import { TelegramSimulator } from "./telegram/telegram-simulator.ts";

const usage = "Usage: npm run demo [-- --exit]   (PRAKTOR_WEB_PORT=8081 npm run demo takes another port than 8080)";
const options = readOptions();
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stopping = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stopping.abort());

try {
  if (options) await demo(options);
} catch (error) {
  if (!stopping.signal.aborted || !isWish(stopping.signal.reason)) {
    process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

function readOptions(): { exit: boolean } | null {
  try {
    return parseArgs({ options: { exit: { type: "boolean", default: false } } }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exitCode = 2;
    return null;
  }
}

/** A gateway that was killed or crashed ends the demo too, with its last words. */
async function noticeEnd(gateway: GatewayProcess): Promise<void> {
  await gateway.gone;
  if (!stopping.signal.aborted) stopping.abort(new Error(`The gateway ended. Its last words:\n${gateway.log()}`));
}

/** Ctrl-C aborts without a reason of its own; a gateway that ended gives one. */
function isWish(reason: unknown): boolean {
  return reason instanceof DOMException;
}

async function demo({ exit }: { exit: boolean }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "praktor-demo-"));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const telegram = cleanUp.use(new TelegramSimulator());
  const model = cleanUp.use(new MessagesSimulator({ script: teamScript }));
  await Promise.all([telegram.start(stopping.signal), model.start(stopping.signal)]);
  const gateway = cleanUp.use(
    await GatewayProcess.start({
      environment: {
        PRAKTOR_TELEGRAM_TOKEN: telegram.token,
        PRAKTOR_TELEGRAM_API_ROOT: telegram.url,
        PRAKTOR_TELEGRAM_ALLOW_FROM: talks.map((talk) => talk.chatId).join(","),
        PRAKTOR_MAIN_CHAT_ID: String(talks[0]?.chatId),
        PRAKTOR_SANDBOX: "process",
        ANTHROPIC_BASE_URL: model.url,
        ANTHROPIC_API_KEY: "simulated-model-key",
        PRAKTOR_NATS_PORT: "0",
        PRAKTOR_SANDBOX_PORT: "0",
        PRAKTOR_STORE_PATH: join(folder, "praktor.db"),
        // Of this demo alone, as its database is: nobody needs to know it.
        PRAKTOR_VAULT_PASSPHRASE: randomBytes(24).toString("base64url"),
        PRAKTOR_GROUPS_BASE: join(folder, "groups"),
        PRAKTOR_WEB_PORT: process.env.PRAKTOR_WEB_PORT ?? "8080",
      },
      onLog: ({ level, msg }) => {
        if (level === "warn" || level === "error") say(`  ${level}: ${msg}`);
      },
    }),
  );
  say(`Praktor is up (${gateway.startMs} ms). Mission Control: ${gateway.web}`);
  say("Telegram and the model are simulated; the agents are real Claude Code, one sandbox a group.");
  say(`The vault is open under a throw-away passphrase: ${gateway.web}/vault. All that is kept goes with the demo.\n`);

  await playConversation(telegram, ({ talk, line, answer, tookMs }) => {
    say(`${talk.person} › ${line.says}`);
    say(`  Praktor › ${answer.replaceAll("\n", "\n            ")}`);
    say(`  (${line.shows}; ${tookMs} ms)\n`);
  });
  const shown = await checkFile(gateway.web);
  say(`Page › ${shown.path}`);
  say(`  ${shown.content.trimEnd().replaceAll("\n", "\n  ")}`);
  say(`  (read from Grace's sandbox over the page's API; ${shown.tookMs} ms)\n`);
  if (exit) return;

  say(`A team of four works on a page about tides: ${await startTeam(gateway.web)}`);
  say(`Open ${gateway.web}, or type here to write to Praktor as Ada (try: bash: ls -la). Ctrl-C ends.`);
  void noticeEnd(gateway);
  await chat(telegram);
  const reason: unknown = stopping.signal.reason;
  if (!gateway.running) throw reason;
  say("Stopping.");
}

/** Lines typed here are Ada's messages; the bot's answers are printed as they arrive. */
async function chat(telegram: TelegramSimulator): Promise<void> {
  const ada = talks[0];
  if (!ada) return;
  const input = createInterface({ input: process.stdin });
  // At a terminal readline takes Ctrl-C for itself; piped input ends early, and the demo stays.
  input.on("SIGINT", () => stopping.abort());
  input.on("line", (text) => {
    if (text.trim() !== "") {
      telegram.userSays({ chatId: ada.chatId, userId: ada.chatId, firstName: ada.person, text });
    }
  });
  let since = telegram.sequence;
  while (!stopping.signal.aborted) {
    const answer = await telegram
      .waitForMessage(({ chatId }) => chatId === ada.chatId, { since, timeoutMs: 3_600_000, signal: stopping.signal })
      .catch(() => null);
    if (answer) {
      since = answer.sequence;
      say(`  Praktor › ${answer.text.replaceAll("\n", "\n            ")}`);
    }
  }
  input.close();
}
