/** What the settings say about the model: which credential, which endpoint, and what stands in the way of using it. */
import type { Settings } from "./config/schema.ts";
import { isLoopback } from "./kit/loopback.ts";
import type { ModelCredential } from "./sandbox-api/model-proxy.ts";
import type { TurnErrorCode } from "./store/rows.ts";

const anthropicUrl = "https://api.anthropic.com";

export interface ModelAccess {
  credential: ModelCredential | null;
  baseUrl: string;
}

export function modelAccess({ agent }: Settings): ModelAccess {
  const baseUrl = agent.base_url ?? anthropicUrl;
  if (agent.anthropic_api_key !== undefined)
    return { credential: { type: "api_key", key: agent.anthropic_api_key }, baseUrl };
  if (agent.oauth_token !== undefined) return { credential: { type: "oauth", token: agent.oauth_token }, baseUrl };
  if (agent.auth_token !== undefined) return { credential: { type: "auth_token", token: agent.auth_token }, baseUrl };
  return { credential: null, baseUrl };
}

export interface Obstacle {
  code: TurnErrorCode;
  /** A sentence: why, and what to do. */
  detail: string;
}

/** Why no turn can run with these settings, or null. A sandbox that does not isolate could read a real key out of this process. */
export function obstacleOf(
  access: ModelAccess,
  sandbox: { isolates: boolean; allowUnisolated: boolean },
): Obstacle | null {
  if (!access.credential) {
    return {
      code: "no_credential",
      detail: "No model credential is configured: set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN.",
    };
  }
  if (sandbox.isolates || sandbox.allowUnisolated || isLoopback(new URL(access.baseUrl).hostname)) return null;
  return {
    code: "start_failed",
    detail:
      "Sandboxes here are plain processes, which could read the model key out of Praktor's own process. Install bubblewrap, use `sandbox.kind: docker`, or accept it with `sandbox.allow_unisolated: true`.",
  };
}

/** A model on this machine is a simulated one: the demo, a test. */
export function isRealModel(access: ModelAccess): boolean {
  return access.credential !== null && !isLoopback(new URL(access.baseUrl).hostname);
}
