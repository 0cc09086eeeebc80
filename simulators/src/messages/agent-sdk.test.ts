// The default script against the real Claude Agent SDK.

import { existsSync } from "node:fs";
import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type SDKUserMessage, query } from "@anthropic-ai/claude-agent-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MessagesSimulator } from "./messages-simulator.ts";

const platformBinary = join(
  dirname(createRequire(import.meta.url).resolve("@anthropic-ai/claude-agent-sdk")),
  `../claude-agent-sdk-${process.platform}-${process.arch}/claude`,
);
const hasBinary = existsSync(platformBinary);
if (!hasBinary) process.stdout.write(`skipped: the Agent SDK has no binary for ${process.platform}-${process.arch}\n`);

let simulator: MessagesSimulator;
let home: string;
let cwd: string;

beforeAll(async () => {
  simulator = new MessagesSimulator();
  await simulator.start(AbortSignal.timeout(5000));
  home = await mkdtemp(join(tmpdir(), "simulators-home-"));
  cwd = await realpath(await mkdtemp(join(tmpdir(), "simulators-cwd-")));
});

afterAll(async () => {
  await simulator[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
  await rm(cwd, { recursive: true, force: true });
});

interface Talk {
  readonly sessionId: string;
  readonly answers: string[];
}

/** One process of Claude Code: each text is sent when the answer to the one before it has come. */
async function talk(texts: readonly string[], resume?: string): Promise<Talk> {
  let answered = Promise.withResolvers<void>();
  async function* input(): AsyncGenerator<SDKUserMessage> {
    for (const text of texts) {
      yield { type: "user", message: { role: "user", content: text }, parent_tool_use_id: null };
      await answered.promise;
      answered = Promise.withResolvers();
    }
  }
  const session = query({
    prompt: input(),
    options: {
      cwd,
      env: {
        ANTHROPIC_BASE_URL: simulator.url,
        ANTHROPIC_API_KEY: "any",
        IS_SANDBOX: "1",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        HOME: home,
        PATH: process.env["PATH"],
      },
      permissionMode: "bypassPermissions",
      allowDangerouslySkipPermissions: true,
      settingSources: [],
      maxTurns: 10,
      ...(resume === undefined ? {} : { resume }),
    },
  });
  const answers: string[] = [];
  let sessionId = "";
  for await (const message of session) {
    if (message.type !== "result") continue;
    sessionId = message.session_id;
    answers.push(message.subtype === "success" ? message.result : `${message.subtype}: ${message.errors.join("; ")}`);
    answered.resolve();
  }
  return { sessionId, answers };
}

describe.skipIf(!hasBinary)("the default script under the real Agent SDK", () => {
  it("answers, uses tools, writes files, and remembers what the session holds", { timeout: 60_000 }, async () => {
    const first = await talk([
      "echo hello from the simulator",
      "bash: echo $((6 * 7))",
      "write notes.md: # Notes\\n\\nwritten by a tool\\n",
      "tools 3",
      "remember the blue door",
    ]);
    expect(first.answers).toEqual([
      "hello from the simulator",
      "42",
      "I wrote `notes.md` (27 bytes).",
      "Done: 3 tool calls.",
      "I will remember: the blue door",
    ]);
    expect(await readFile(join(cwd, "notes.md"), "utf8")).toBe("# Notes\n\nwritten by a tool\n");

    const second = await talk(
      ["what did I say first?", "what do you remember?", "write notes.md: again"],
      first.sessionId,
    );
    expect(second.answers).toEqual([
      'You said first: "echo hello from the simulator"',
      "You asked me to remember:\n\n- the blue door",
      "I wrote `notes.md` (5 bytes).",
    ]);
    expect(await readFile(join(cwd, "notes.md"), "utf8")).toBe("again");
    expect(simulator.requests.map(({ outcome }) => outcome)).toEqual(simulator.requests.map(() => "ok"));
  });
});
