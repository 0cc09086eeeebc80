/** The page and its API with what they need of the other rooms. */
import type { Assistant } from "./agent/assistant.ts";
import type { SandboxLook } from "./agent/sandbox-look.ts";
import type { WorkspaceSizes } from "./agent/workspace-sizes.ts";
import type { Settings } from "./config/schema.ts";
import { GlobalInstructions } from "./groups/global-instructions.ts";
import type { Store } from "./store/contract.ts";
import type { SystemStatus } from "./system-status.ts";
import { isOurField } from "./vault/our-fields.ts";
import type { Redactor } from "./vault/redactor.ts";
import { webAccess } from "./web-access.ts";
import { WebServer, type WebServerOptions } from "./web/web-server.ts";

export interface WebParts extends Pick<
  WebServerOptions,
  | "approvals"
  | "audit"
  | "clock"
  | "epoch"
  | "events"
  | "logger"
  | "network"
  | "pairing"
  | "spending"
  | "swarms"
  | "tasks"
  | "uiDirectory"
  | "vault"
  | "version"
  | "workspace"
> {
  store: Store;
  assistant: Assistant;
  look: SandboxLook;
  sizes: Pick<WorkspaceSizes, "used">;
  status: SystemStatus;
  redactor: Redactor;
  /** See `WebAccessParts`. */
  agentsReachIt: boolean;
  containerAddress: (signal: AbortSignal) => Promise<string | undefined>;
}

/** Null where the settings switch it off. */
export async function makeWeb(settings: Settings, parts: WebParts, signal: AbortSignal): Promise<WebServer | null> {
  if (!settings.web.enabled) return null;
  const { assistant, look, sizes, status, redactor, agentsReachIt, containerAddress, ...handedOn } = parts;
  const { store, logger: log } = parts;
  const onMade = (password: string): void => redactor.know("page", [password]);
  const place = await webAccess(
    { settings, store: store.settings, log, onMade, agentsReachIt, containerAddress },
    signal,
  );
  const { port, behind_proxy: behindProxy, allowed_hosts: allowedHosts } = settings.web;
  return new WebServer({
    ...handedOn,
    ...place,
    port,
    behindProxy,
    ...(allowedHosts === undefined ? {} : { allowedHosts }),
    instructions: new GlobalInstructions(settings.groups.base_path),
    actions: {
      registerGroup: (group) => assistant.registerGroup(group),
      submit: (message) => assistant.submit(message),
      stopTurn: (turnId) => assistant.stopTurn(turnId),
      startAgent: (groupId) => assistant.startAgent(groupId),
      stopAgent: (groupId) => assistant.stopAgent(groupId),
      watchAgent: (groupId, onFrame, until) => look.watch(groupId, onFrame, until),
      newSession: (groupId, conversationId) => assistant.newSessionOf(groupId, conversationId),
      liveTurns: (groupId) => assistant.liveTurns(groupId),
      agents: () => assistant.agents(),
      filesUsed: (groupId) => sizes.used(groupId),
      status: () => status.status(),
      health: () => status.health(),
    },
    redactor: {
      redact: (text) => redactor.redact(text),
      redactDeep: (value) => redactor.redactDeep(value, isOurField),
    },
  });
}
