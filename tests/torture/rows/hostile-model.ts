/** Row 6: a model that refuses, is overloaded, fails, and breaks off in the middle. Always with Claude Code: the retries are its own. */
import { setTimeout as delay } from "node:timers/promises";
import type { FaultRule } from "@praktor/simulators/fault-plan";
import type { MessagesFault } from "@praktor/simulators/messages/messages-fault";
import type { Row, RowOptions, RowReport } from "../row.ts";
import { describeFaults, Stage } from "../stage.ts";
import { tokenText } from "../tokens.ts";

/** The runner allows Claude Code seven retries (`CLAUDE_CODE_MAX_RETRIES`). */
const mostTries = 8;

interface Phase {
  name: string;
  rule: FaultRule<MessagesFault>;
}

const faults: Record<string, MessagesFault> = {
  "429": { type: "error", status: 429, retryAfterSeconds: 1 },
  "529": { type: "error", status: 529 },
  "500": { type: "error", status: 500 },
  "stream cut": { type: "cut_mid_stream" },
  "error in the stream": { type: "error_mid_stream" },
};

export const hostileModel: Row = {
  number: 6,
  fault: "model: 429, 529, 500, stream cut",
  goal: "answer or explanation; retries ≤ configured",
  async run(options) {
    const passing = Object.entries(faults).map(([name, fault]) => ({
      name: `${name} now and then`,
      rule: { on: "messages", fault, ...(options.short ? { times: 1 } : { probability: 0.5 }) },
    }));
    const lasting = Object.entries(faults).map(([name, fault]) => ({
      name: `${name} for ever`,
      rule: { on: "messages", fault },
    }));
    return await bearModel(options, options.short ? passing.slice(1, 2) : [...passing, ...lasting]);
  },
};

async function bearModel({ seed, short, say }: RowOptions, phases: readonly Phase[]): Promise<RowReport> {
  await using stage = await Stage.prepare({ runner: "claude", seed, chats: short ? 1 : 3 });
  await stage.launch().gateway.up;
  const figures: string[] = [];
  const tooOften: string[] = [];
  for (const { name, rule } of phases) {
    stage.model.faults.set([rule], seed);
    const before = stage.said.length;
    const earlier = stage.model.requests.length;
    const startedAt = Date.now();
    for (const chatId of stage.chatIds) stage.say(chatId);
    await delay(500);
    while ((stage.telegram.pendingUpdates > 0 || !stage.isQuiet()) && Date.now() < startedAt + 240_000)
      await delay(200);
    const tokens = stage.said.slice(before).map(tokenText);
    const requests = stage.model.requests.slice(earlier).map((request) => JSON.stringify(request.body));
    const tries = tokens.map((token) => requests.filter((body) => body.includes(token)).length);
    const open = new Set(stage.unanswered());
    const unanswered = tokens.filter((token) => open.has(token)).length;
    const line = `${name}: ${tokens.length - unanswered} of ${tokens.length} answered, at most ${Math.max(...tries)} calls for one, ${Date.now() - startedAt} ms`;
    figures.push(`claude: ${line}`);
    say(`  ${line}`);
    if (Math.max(...tries) > mostTries) tooOften.push(`${name}: ${Math.max(...tries)} calls for one message`);
  }
  stage.model.faults.clear();
  const findings = await stage.verdict();
  return {
    figures: [
      ...figures,
      `claude: ${stage.said.length} messages, ${findings.answered} answered, ${findings.explained} explained`,
    ],
    faults: [...tooOften, ...describeFaults(findings)],
  };
}
