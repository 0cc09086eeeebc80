/**
 * The agent-runner with a stand-in for Claude: everything that speaks with the gateway is the runner's own, only the work of a turn is
 * played. So a sandbox starts in a fraction of the time, and a thousand messages can be killed through.
 */
import type { AgentInput } from "@praktor/protocol/agent-input";
import { SandboxEnvironment } from "@praktor/protocol/sandbox-environment";
import { agentControl, agentInput, agentOutput } from "@praktor/protocol/subjects";
import { Bus } from "../../agent-runner/src/bus.ts";
import { answerControl } from "../../agent-runner/src/control-desk.ts";
import { CredentialKeeper } from "../../agent-runner/src/credential-keeper.ts";
import type { FactBody } from "../../agent-runner/src/fact-body.ts";
import { FactOutbox } from "../../agent-runner/src/fact-outbox.ts";
import { jsonLogger } from "../../agent-runner/src/logger.ts";
import { announceReady } from "../../agent-runner/src/ready-announcer.ts";
import { type RunnableTurn, TurnDesk } from "../../agent-runner/src/turn-desk.ts";
import { WorkspaceFiles } from "../../agent-runner/src/workspace-files.ts";
import { tokensIn, tokenText } from "./tokens.ts";

const environment = SandboxEnvironment.parse(process.env);
const { GROUP_ID: groupId, PRAKTOR_ENDPOINT: endpoint, PRAKTOR_TOKEN: token } = environment;
const logger = jsonLogger((line) => void process.stderr.write(line), Date.now, [token]);
const stop = new AbortController();

const credentials = new CredentialKeeper({ endpoint, token, logger, now: Date.now, onRenewed: async () => {} });
const bus = new Bus({ credentials, name: `stand-in ${groupId}`, logger });
const outbox = new FactOutbox({
  transport: bus,
  subject: agentOutput(groupId),
  logger,
  onStale: (turn) => desk.abandon(turn),
});
const desk = new TurnDesk({
  groupId,
  maxTurnsAtOnce: environment.PRAKTOR_MAX_CONVERSATIONS,
  logger,
  makeTurn: playedTurn,
});
const status = () => ({
  turns: [...new Map([...desk.running, ...outbox.turns].map((turn) => [turn.turnId + turn.attempt, turn])).values()],
  version: "stand-in",
});
const files = new WorkspaceFiles({ root: environment.PRAKTOR_WORKSPACE, endpoint, token });

bus.respond(agentInput(groupId), async (text) => desk.accept(text));
bus.respond(agentControl(groupId), (text) =>
  answerControl(text, {
    files,
    logger,
    signal: stop.signal,
    status,
    interrupt: (turnId) => desk.interrupt(turnId),
    endSession: async () => true,
    runCommand: () => Promise.reject(new Error("the stand-in runs no commands")),
    shutdown: () => process.exit(0),
  }),
);
bus.start(() => void announceReady(bus, groupId, status, stop.signal).catch(() => {}));
void credentials.keepFresh(stop.signal).catch(() => {});
for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => process.exit(0));

/** `work <ms>` in the text is how long it takes, `eat memory` makes it die. It begins, uses a tool, says something and answers every token of its messages. */
function playedTurn(input: AgentInput): RunnableTurn {
  const { turnId, conversationId, attempt, text } = input;
  const key = { turnId, conversationId, attempt };
  const workMs = Number(/\bwork (\d+)\b/.exec(text)?.[1] ?? 20 + (turnId.charCodeAt(turnId.length - 1) % 10) * 15);
  const sessionId = input.sessionId ?? `session-of-${conversationId}`;
  const end = Promise.withResolvers<"done" | "interrupted" | "abandoned">();
  const add = (fact: FactBody): void => outbox.add(key, fact);
  return {
    key,
    interrupt: () => end.resolve("interrupted"),
    abandon: () => end.resolve("abandoned"),
    async run() {
      const startedAt = Date.now();
      add({ type: "started", sessionId, model: "stand-in" });
      add({ type: "tool", phase: "started", toolUseId: "one", name: "Look" });
      // Only the first try: whoever is told that it was cut looks before it does that again.
      if (/\beat memory\b/.test(text) && input.interrupted !== true) eatMemory();
      const timer = setTimeout(() => end.resolve("done"), workMs);
      const how = await end.promise;
      clearTimeout(timer);
      if (how === "abandoned") return;
      if (how === "interrupted") {
        add({ type: "failed", code: "interrupted", content: "The turn was interrupted." });
        return;
      }
      add({ type: "tool", phase: "finished", toolUseId: "one", name: "Look" });
      const content = tokensIn(text).map(tokenText).join(" ");
      bus.publish(agentOutput(groupId), { type: "text", ...key, index: 0, content });
      add({ type: "result", content, sessionId, usage, durationMs: Date.now() - startedAt });
    },
  };
}

/** Until the sandbox is killed for it. */
function eatMemory(): void {
  const eaten: Buffer[] = [];
  const timer = setInterval(() => {
    eaten.push(Buffer.alloc(32 * 1024 * 1024, 1));
    // Where nobody limits it, this is no reason to take the machine down.
    if (eaten.length > 64) clearInterval(timer);
  }, 5);
}

const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0 };
