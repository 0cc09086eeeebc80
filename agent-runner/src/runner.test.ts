/** The whole runner, as a process of its own, with the real Agent SDK, a real NATS server and a simulated model. */
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AgentInput } from "@praktor/protocol/agent-input";
import { agentControl, agentInput } from "@praktor/protocol/subjects";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { TestSandbox } from "./testing/runner-process.ts";

/** Long enough to be streamed in many pieces. */
const words = (name: string): string => Array.from({ length: 40 }, (_, position) => `${name}${position}`).join(" ");

const Prompted = z.object({ system: z.unknown(), messages: z.array(z.unknown()) });

/** The words of the tests' instructions in the last model call: in its system prompt, and in the newest message that has any. */
function instructionsOf({ model }: TestSandbox["host"]): { system: string[]; newest: string[] } {
  const body = Prompted.parse(model.requests.findLast((made) => made.body !== undefined)?.body);
  const wordsIn = (part: unknown): string[] => [...new Set(JSON.stringify(part).match(/[A-Z]{4,}WORD/g))].sort();
  const said = body.messages.map(wordsIn).filter((found) => found.length > 0);
  return { system: wordsIn(body.system), newest: said.at(-1) ?? [] };
}

async function childOf(pid: number | undefined): Promise<string> {
  const [child] = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ");
  return child ?? "";
}

/** The processes that sleep for so many seconds. */
async function sleepersFor(seconds: number): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = pids.map(async (pid) => {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return command === `sleep\0${seconds}\0` ? [Number(pid)] : [];
  });
  return (await Promise.all(found)).flat();
}

describe("a running sandbox", { timeout: 60_000 }, () => {
  let sandbox: TestSandbox;
  let sessionId: string | undefined;
  /** One turn in the conversation that most tests share: starting Claude Code is what takes the time. */
  const say = async (turnId: string, text: string, more: Partial<AgentInput> = {}): Promise<string> => {
    const { host } = sandbox;
    expect(await host.send({ turnId, text, ...(sessionId ? { sessionId } : {}), ...more })).toEqual({
      status: "accepted",
    });
    const result = await host.fact("result", turnId);
    sessionId = result.sessionId;
    return result.content;
  };
  beforeAll(async () => {
    sandbox = await TestSandbox.start();
    await writeFile(join(sandbox.folder, "global", "CLAUDE.md"), "The word for everybody is GLOBALWORD.");
    await writeFile(join(sandbox.workspace, "CLAUDE.md"), "The word of the group is GROUPWORD.");
    await writeFile(join(sandbox.folder, "CLAUDE.md"), "The word of a stranger is STRANGEWORD.");
    await sandbox.startRunner();
  });
  afterAll(() => sandbox[Symbol.asyncDispose]());
  afterEach(() => {
    sandbox.host.model.faults.clear();
    sandbox.host.onFact = () => ({ status: "committed" });
  });

  it("answers a turn: started, streamed text, result with usage", async () => {
    const { host } = sandbox;
    expect(await say("t1", "echo Hello from the sandbox")).toBe("Hello from the sandbox");
    const started = await host.fact("started", "t1");
    const result = await host.fact("result", "t1");
    expect(result).toMatchObject({ conversationId: "c1", attempt: 1, seq: 2 });
    expect(started).toMatchObject({ seq: 1, sessionId: result.sessionId });
    expect(result.usage.outputTokens).toBeGreaterThan(0);
    const pieces = host.live.filter((piece) => piece.turnId === "t1" && piece.type === "text");
    expect(pieces.map((piece) => piece.content).join("")).toBe("Hello from the sandbox");
    expect(pieces.map((piece) => piece.index)).toEqual(pieces.map((_, index) => index));
    expect(await host.send({ turnId: "t1", text: "echo again" })).toEqual({ status: "duplicate" });
  });

  it("has the global and the group's instructions in force, and no stranger's", async () => {
    const request = JSON.stringify(sandbox.host.model.requests.findLast((made) => made.body !== undefined)?.body);
    expect(request).toContain("GLOBALWORD");
    expect(request).toContain("GROUPWORD");
    expect(request).not.toContain("STRANGEWORD");
    expect(await readFile(join(sandbox.workspace, "CLAUDE.md"), "utf8")).toBe("The word of the group is GROUPWORD.");
  });

  it("heeds changed instructions from the next turn on, and still knows what was said", async () => {
    const { host, folder, workspace } = sandbox;
    await writeFile(join(workspace, "CLAUDE.md"), "The word of the group is GROUPWORD.\n\n@notes.md\n");
    await writeFile(join(workspace, "notes.md"), "The word of the notes is NOTEWORD.");
    await say("notes", "echo notes");
    expect(instructionsOf(host)).toMatchObject({ system: ["GLOBALWORD"], newest: ["GROUPWORD", "NOTEWORD"] });
    const claude = await childOf(sandbox.runner.pid);
    await say("same", "echo same");
    expect(await childOf(sandbox.runner.pid)).toBe(claude);

    await writeFile(join(workspace, "notes.md"), "The word of the notes is OTHERWORD.");
    await say("other", "echo other");
    expect(instructionsOf(host)).toMatchObject({ system: ["GLOBALWORD"], newest: ["OTHERWORD"] });
    await writeFile(join(folder, "global", "CLAUDE.md"), "The word for everybody is WORLDWORD.");
    expect(await say("world", "what did I say first?")).toContain("echo Hello from the sandbox");
    expect(instructionsOf(host)).toMatchObject({ system: ["WORLDWORD"] });
  });

  it("remembers what was said before in the same conversation, and counts each turn's usage alone", async () => {
    const { host } = sandbox;
    const first = await host.fact("result", "t1");
    expect(await say("t2", "what did I say first?")).toContain("echo Hello from the sandbox");
    const second = await host.fact("result", "t2");
    expect(second.sessionId).toBe(first.sessionId);
    expect(second.usage.inputTokens).toBeLessThan(first.usage.inputTokens);
  });

  it("reports each tool with its input, output and duration", async () => {
    const { host } = sandbox;
    expect(await say("tool", "bash: echo made > made.txt && cat made.txt")).toBe("made");
    const [started, finished] = host.facts.filter((fact) => fact.turnId === "tool" && fact.type === "tool");
    expect(started).toMatchObject({
      phase: "started",
      name: "Bash",
      input: expect.stringContaining("made.txt") as string,
    });
    expect(finished).toMatchObject({ phase: "finished", name: "Bash", output: "made", isError: false });
    expect(await readFile(join(sandbox.workspace, "made.txt"), "utf8")).toBe("made\n");
  });

  it("gives Claude Code nothing of its own environment but what it needs", async () => {
    const names = (await say("env", "bash: env | cut -d= -f1 | sort | tr '\\n' ' '")).split(" ");
    expect(names).toEqual(expect.arrayContaining(["GROUP_ID", "NATS_URL", "NATS_CREDS", "PRAKTOR_SANDBOX_ID"]));
    expect(names).not.toContain("PRAKTOR_TOKEN");
    expect(names).not.toContain("PRAKTOR_ENDPOINT");
  });

  it("keeps a credentials file that ptask can use", async () => {
    expect((await stat(sandbox.credentialsFile)).mode & 0o777).toBe(0o600);
    sandbox.host.onIpc = () => ({ ok: true, tasks: [] });
    const ptask = fileURLToPath(new URL("../../ptask/src/main.ts", import.meta.url));
    expect(await say("ptask", `bash: ${process.execPath} ${ptask} list`)).toBe("No tasks found.");
  });

  it("offers scheduled tasks as tools", async () => {
    const { host } = sandbox;
    host.onIpc = () => ({ ok: true, id: "task7" });
    const call = { name: "Tea", schedule: "+5m", prompt: "Say that the tea is ready" };
    const text = `tool mcp__praktor-tasks__scheduled_task_create ${JSON.stringify(call)}`;
    expect(await say("task", text)).toBe("Task created: task7");
    expect(host.ipc.at(-1)).toEqual({ type: "create_task", payload: { ...call, key: expect.any(String) as string } });
    host.onIpc = () => ({ error: "No such zone." });
    expect(await say("task2", text)).toContain("No such zone.");
  });

  it("tells the agent of an interrupted try, and never runs a chat's slash as a command", async () => {
    const { host } = sandbox;
    expect(await say("half", "echo resumed", { interrupted: true })).toBe("resumed");
    expect(JSON.stringify(host.model.requests.at(-1)?.body)).toMatch(
      /earlier try of this turn was cut.*answer it once/,
    );
    expect(await say("slash", "/clear")).toContain("/clear");
  });

  it("voids the streamed text when a model call is cut, and answers with the repeated one", async () => {
    const { host } = sandbox;
    host.model.faults.set([{ fault: { type: "cut_mid_stream" }, on: "messages", times: 1 }]);
    expect(await say("again", `echo ${words("again")}`)).toBe(words("again"));
    await host.fact("restart", "again");
  });

  it("says at once that the model refused the key", async () => {
    const { host } = sandbox;
    host.model.faults.set([{ fault: { type: "error", status: 401 } }]);
    const before = host.model.requests.length;
    await host.send({ turnId: "auth", text: "echo x", ...(sessionId ? { sessionId } : {}) });
    expect(await host.fact("failed", "auth")).toMatchObject({ code: "model_auth" });
    // Claude Code itself would try eight times; while its process ends it may begin one or two of them.
    expect(host.model.requests.length - before).toBeLessThan(4);
  });

  it("runs as many conversations side by side as it may, and refuses one more", async () => {
    const { host } = sandbox;
    const { script } = host.model;
    const allAsk = Promise.withResolvers<void>();
    let asking = 0;
    host.model.script = async (input) => {
      asking += 1;
      if (asking === 3) allAsk.resolve();
      await allAsk.promise;
      return await script(input);
    };
    for (const name of ["a", "b", "c"])
      expect(await host.send({ turnId: name, conversationId: `c-${name}`, text: `echo from ${name}` })).toEqual({
        status: "accepted",
      });
    expect(await host.send({ turnId: "a2", conversationId: "c-a", text: "echo x" })).toMatchObject({ code: "busy" });
    expect(await host.send({ turnId: "d", conversationId: "c-d", text: "echo x" })).toMatchObject({ code: "busy" });
    expect(await host.control({ command: "status" })).toMatchObject({
      status: "ok",
      runner: { turns: [{ turnId: "a" }, { turnId: "b" }, { turnId: "c" }] },
    });
    // None is answered before all three have asked.
    for (const name of ["a", "b", "c"]) expect((await host.fact("result", name)).content).toBe(`from ${name}`);
    host.model.script = script;
  });

  it("cuts a turn on request; the conversation goes on with the next one", async () => {
    const { host } = sandbox;
    await host.send({ turnId: "cut", conversationId: "c-cut", text: `slow 20000: ${words("many")}` });
    await host.eventually("text", () => host.live.find((piece) => piece.turnId === "cut"));
    expect(await host.control({ command: "interrupt", turnId: "cut" })).toEqual({ status: "ok" });
    const failed = await host.fact("failed", "cut");
    expect(failed).toMatchObject({ code: "interrupted", partialText: expect.stringContaining("many") as string });
    await host.send({ turnId: "cut2", conversationId: "c-cut", text: "echo on", sessionId: failed.sessionId ?? "" });
    expect((await host.fact("result", "cut2")).content).toBe("on");
    expect(await host.control({ command: "interrupt", turnId: "cut" })).toMatchObject({ code: "not_found" });
  });

  it("ends with a cut turn whatever its command has started, in sessions of their own too", async () => {
    const { host } = sandbox;
    // No other program sleeps that long.
    const seconds = 1_000_000 + process.pid;
    onTestFinished(async () => (await sleepersFor(seconds)).forEach((pid) => process.kill(pid)));
    const text = `bash: sleep ${seconds} & setsid sleep ${seconds} & sleep ${seconds}`;
    await host.send({ turnId: "busy", conversationId: "c-cut", text });
    await expect.poll(() => sleepersFor(seconds), { timeout: 40_000 }).toHaveLength(3);
    expect(await host.control({ command: "interrupt", turnId: "busy" })).toEqual({ status: "ok" });
    expect(await host.fact("failed", "busy")).toMatchObject({ code: "interrupted" });
    await expect.poll(() => sleepersFor(seconds), { timeout: 15_000 }).toEqual([]);
  });

  it("stops a turn that the host calls stale, and says nothing more of it", async () => {
    const { host } = sandbox;
    host.onFact = (fact) => ({ status: fact.turnId === "old" ? "stale" : "committed" });
    await host.send({ turnId: "old", conversationId: "c-old", text: "slow 20000: nobody wants this" });
    await host.fact("started", "old");
    await expect
      .poll(async () => (await host.send({ turnId: "new", conversationId: "c-old", text: "echo new" })).status, {
        timeout: 5_000,
      })
      .not.toBe("refused");
    expect((await host.fact("result", "new")).content).toBe("new");
    expect(host.facts.filter((fact) => fact.turnId === "old")).toHaveLength(1);
  });

  it("refuses what does not parse and stays alive", async () => {
    const { host } = sandbox;
    for (const payload of ["", "{", "null", '{"turnId":"../x"}', JSON.stringify({ text: "a".repeat(500_000) })])
      expect(await host.raw(agentInput("g1"), payload)).toMatchObject({ status: "refused", code: "invalid" });
    expect(await host.send({ turnId: "other", text: "x", groupID: "g2" })).toMatchObject({ code: "invalid" });
    for (const payload of ["", "{}", '{"command":"fly"}', "[1]"])
      expect(await host.raw(agentControl("g1"), payload)).toMatchObject({ status: "error", code: "invalid" });
    expect(await host.control({ command: "ping" })).toEqual({ status: "ok" });
  });

  it("lists, reads and writes the workspace over the endpoint, never outside of it", async () => {
    const { host, workspace, folder } = sandbox;
    await mkdir(join(workspace, "docs"));
    await writeFile(join(workspace, "docs", "note.txt"), "a note");
    await writeFile(join(folder, "secret.txt"), "secret");
    await symlink(join(folder, "secret.txt"), join(workspace, "docs", "way-out"));
    await symlink(folder, join(workspace, "out"));

    const listing = await host.control({ command: "workspace_list", path: "docs" });
    expect(listing).toMatchObject({
      truncated: false,
      entries: [
        { path: "docs/note.txt", name: "note.txt", type: "file", sizeBytes: 6 },
        { path: "docs/way-out", type: "link" },
      ],
    });
    expect(await host.control({ command: "workspace_list", path: "docs", limit: 1 })).toMatchObject({
      truncated: true,
    });
    expect(await host.control({ command: "workspace_read", path: "docs/note.txt", transferId: "r1" })).toMatchObject({
      status: "ok",
      entry: { path: "docs/note.txt", sizeBytes: 6 },
    });
    expect(host.uploads.get("r1")).toBe("a note");
    for (const path of ["docs/way-out", "out/secret.txt", "../secret.txt", "/etc/passwd"])
      expect(await host.control({ command: "workspace_read", path, transferId: "r2" })).toMatchObject({
        code: "outside_workspace",
      });
    expect(host.uploads.has("r2")).toBe(false);

    host.downloads.set("w1", "written");
    expect(
      await host.control({ command: "workspace_write", path: "new/deep/file.txt", transferId: "w1" }),
    ).toMatchObject({
      status: "ok",
      entry: { path: "new/deep/file.txt", sizeBytes: 7 },
    });
    expect(await readFile(join(workspace, "new/deep/file.txt"), "utf8")).toBe("written");
    expect(await readdir(join(workspace, "new/deep"))).toEqual(["file.txt"]);
    expect(await host.control({ command: "workspace_write", path: "out/x.txt", transferId: "w1" })).toMatchObject({
      code: "outside_workspace",
    });
    expect(await host.control({ command: "workspace_write", path: "lost.txt", transferId: "nobody" })).toMatchObject({
      code: "failed",
    });
    expect(await host.control({ command: "workspace_stat", path: "lost.txt" })).toMatchObject({ code: "not_found" });
    expect(await host.control({ command: "workspace_stat", path: "" })).toMatchObject({ entry: { type: "directory" } });
  });
});
