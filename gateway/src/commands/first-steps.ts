/** What somebody at a terminal reads when the gateway is up: where the page is, and what is still missing. */
import type { Settings } from "../config/schema.ts";
import { modelAccess } from "../model-access.ts";

export function firstSteps(settings: Settings, webUrl: string | null): string {
  const { telegram } = settings;
  const page = webUrl ?? "off (web.enabled)";
  const bot =
    telegram.token === undefined
      ? "off; for a bot set PRAKTOR_TELEGRAM_TOKEN (from @BotFather) and start again"
      : telegram.allow_from.length > 0
        ? "on"
        : "on; `praktor pair` (in a clone `npm run praktor -- pair`) prints the code that lets somebody in";
  const hasModel = modelAccess(settings).credential !== null;
  const model = hasModel ? "ready" : "none; set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN and start again";
  return `\nPraktor is up. Ctrl-C ends it.\n  Page      ${page}\n  Telegram  ${bot}\n  Model     ${model}\n\n`;
}
