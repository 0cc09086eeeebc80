/** What went wrong with a turn, in the protocol's few codes. */
import type { SDKAssistantMessageError, SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import type { FailureCode } from "@praktor/protocol/agent-output";

export interface Failure {
  code: FailureCode;
  /** Detail for the log and the page. */
  content: string;
}

/**
 * The HTTP status of the model call decides where there is one; without one Claude Code's own word does.
 * 502 and 504 come from a proxy whose upstream did not answer. 402 is Anthropic's billing error.
 */
export function modelFailureCode(status: number | null, error: SDKAssistantMessageError | undefined): FailureCode {
  if (status === 401 || status === 403) return "model_auth";
  if (status === 402) return "budget";
  if (status === 429) return "model_rate_limit";
  if (status === 529) return "model_overloaded";
  if (status === 502 || status === 504) return "model_unreachable";
  if (status !== null) return "model_error";
  switch (error) {
    case "authentication_failed":
    case "oauth_org_not_allowed":
    case "account_on_hold":
    case "verification_required":
    case "cloud_credential_error":
      return "model_auth";
    case "billing_error":
      return "budget";
    case "rate_limit":
      return "model_rate_limit";
    case "overloaded":
      return "model_overloaded";
    case "invalid_request":
    case "model_not_found":
    case "server_error":
    case "max_output_tokens":
      return "model_error";
    case "unknown":
    case undefined:
      // No status and no known error: the connection was refused, reset or timed out.
      return "model_unreachable";
    default:
      error satisfies never;
      return "model_error";
  }
}

/** Null for a result that is an answer. `lastError` is what the last synthetic assistant message of the turn said. */
export function failureOfResult(
  result: SDKResultMessage,
  lastError: SDKAssistantMessageError | undefined,
): Failure | null {
  if (result.subtype === "success") {
    if (!result.is_error) return null;
    const content = result.result || "Claude Code reported an error without saying which.";
    const isModelCall = result.terminal_reason === "api_error" || lastError !== undefined;
    const code = isModelCall ? modelFailureCode(result.api_error_status ?? null, lastError) : "agent_error";
    // What is left of a refusal for want of a budget is a sentence for the person.
    return { code, content: code === "budget" ? content.replace(/^API Error: 402 /, "") : content };
  }
  const content = result.errors.join("\n") || result.subtype;
  if (result.subtype === "error_max_turns") return { code: "max_turns", content };
  if (result.subtype === "error_max_budget_usd") return { code: "budget", content };
  return { code: "agent_error", content };
}

/** Claude Code's words when `resume` names a session that it does not have (any more), or an id that never was one. */
export function isSessionMissing(result: SDKResultMessage): boolean {
  return (
    result.subtype === "error_during_execution" &&
    result.num_turns === 0 &&
    result.errors.some(
      (error) => error.includes("No conversation found with session ID") || error.includes("--resume requires a valid"),
    )
  );
}
