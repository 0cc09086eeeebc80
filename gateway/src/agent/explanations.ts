/** What a person is told when a turn does not end with an answer: what was attempted, why it failed, what to do. */
import type { TurnErrorCode } from "../store/rows.ts";

/** `detail` is for the log and the page; only where it helps a person is it in the sentence. */
export function explain(code: TurnErrorCode, detail: string): string {
  switch (code) {
    case "no_credential":
      return "⚠️ I cannot answer yet: Praktor has no model credential. Set `ANTHROPIC_API_KEY` or `CLAUDE_CODE_OAUTH_TOKEN` (or `agent.anthropic_api_key` in the settings), start Praktor again, and send your message once more.";
    case "start_failed":
      return `⚠️ I could not start this group's sandbox, so nothing was done. ${shorten(detail)} Send your message again once that is mended.`;
    case "lost":
      return `⚠️ The sandbox ended while I was working on this, more often than I may try. ${shorten(detail)} What was done so far may be half finished; send the message again to have another try.`;
    case "timeout":
      return "⚠️ This took longer than a turn may take (`agent.turn_timeout`), so I stopped it. What was done so far is kept; ask for the rest, or for a smaller step.";
    case "model_auth":
      return "⚠️ The model refused Praktor's credential. Check `ANTHROPIC_API_KEY` or `CLAUDE_CODE_OAUTH_TOKEN` in Praktor's settings and start it again, then send your message once more.";
    case "model_rate_limit":
      return "⚠️ The model's rate limit is reached, also after several tries. Wait a few minutes and send your message again.";
    case "model_overloaded":
      return "⚠️ The model is overloaded, also after several tries. Wait a few minutes and send your message again.";
    case "model_unreachable":
      return "⚠️ The model endpoint could not be reached. Check this machine's network and `agent.base_url`, then send your message again.";
    case "model_error":
      return `⚠️ The model answered with an error: ${shorten(detail)} Send your message again; if it stays, the log has the detail.`;
    case "max_turns":
      return "⚠️ I reached the limit of steps for one message (`agent.max_turns`) before I was done. What was done so far is kept; write “go on” to continue.";
    case "budget":
      return `⚠️ I had to stop, because there is no budget left. ${shorten(detail)} Send your message again when there is.`;
    case "workspace_full":
      return `⚠️ I did not begin, because this group has no disk space left. ${detail} Then send your message again.`;
    case "not_needed":
      return `⏭ Left out. ${shorten(detail)}`;
    case "interrupted":
      return "⏹ Stopped. What was done so far is kept; write again to go on.";
    case "agent_error":
      return `⚠️ The agent failed: ${shorten(detail)} Send your message again; if it stays, the log has the detail.`;
    default:
      return code satisfies never;
  }
}

/** What a person should know besides the answer. */
export const notices = {
  session_lost:
    "ℹ️ What we said before is no longer in my memory: its session is gone, so I began a new one. Tell me again what I should know.",
} as const;

/** An answer without a word is none: the person is told that the turn ended. */
export const emptyAnswer = "✅ Done. (The agent ended without a closing word.)";

function shorten(detail: string): string {
  const line = detail.trim().split("\n")[0] ?? "";
  const text = line.length > 300 ? `${line.slice(0, 299)}…` : line;
  if (text === "") return "It gave no reason.";
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
