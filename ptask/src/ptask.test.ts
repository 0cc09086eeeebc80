/** `ptask` as its callers see it: output, errors and exit codes, against a real NATS server. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { NatsServer, passwordAuthenticator } from "@praktor/nats-server";
import type { IpcReply } from "@praktor/protocol/ipc";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

// Each command is a process of its own, and starts slowly beside other work.
describe("ptask", { timeout: 60_000 }, () => {
  const server = new NatsServer({});
  let host: NatsConnection;
  let url: string;
  let folder: string;
  let requests: { request: unknown; replySubject: string }[] = [];
  let reply: IpcReply | null;
  /** Are answered before `reply`, one after the other. */
  let pages: IpcReply[] = [];

  beforeAll(async () => {
    await server.start(AbortSignal.timeout(5_000));
    const { port } = await server.addListener({ host: "127.0.0.1", port: 0 });
    url = `nats://127.0.0.1:${port}`;
    folder = await mkdtemp(join(tmpdir(), "ptask-"));
    host = await connect({ servers: url });
    host.subscribe("host.ipc.g1", {
      callback: (_error, message) => {
        requests.push({ request: message.json(), replySubject: message.reply ?? "" });
        const answer = pages.shift() ?? reply;
        if (answer) message.respond(JSON.stringify(answer));
      },
    });
    await host.flush();
  });
  afterAll(async () => {
    await host.close();
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    requests = [];
    reply = { ok: true };
  });

  const run = (
    args: string[],
    environment: Record<string, string> = {},
  ): Promise<{ code: number | null; out: string; err: string }> => {
    const child = spawn(process.execPath, [main, ...args], {
      env: {
        PATH: process.env["PATH"],
        NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
        NATS_URL: url,
        GROUP_ID: "g1",
        PRAKTOR_SANDBOX_ID: "sb1",
        ...environment,
      },
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (data: Buffer) => (out += data.toString()));
    child.stderr.on("data", (data: Buffer) => (err += data.toString()));
    return new Promise((resolve) => {
      child.on("close", (code) => resolve({ code, out, err }));
    });
  };

  it("says times, limits and policies in people's units, and takes a limit away with none", async () => {
    const task = ["--name", "N", "--schedule", "+5m", "--prompt", "P", "--overlap", "queue", "--grace", "6h"];
    const limits = ["--pre-check", "ls new", "--max-duration", "90s", "--max-cost", "0.5", "--max-turns", "7"];
    await run(["create", ...task, ...limits, "--may-manage-tasks", "true", "--catch-up", "skip"]);
    expect(requests[0]?.request).toEqual({
      type: "create_task",
      payload: {
        name: "N",
        schedule: "+5m",
        prompt: "P",
        overlap: "queue",
        catch_up: "skip",
        grace_ms: 21_600_000,
        pre_check: "ls new",
        max_duration_ms: 90_000,
        max_cost_usd: 0.5,
        max_turns: 7,
        may_manage_tasks: true,
      },
    });
    await run(["update", "--id", "t1", "--max-cost", "none", "--pre-check", "none", "--model", "none"]);
    expect(requests[1]?.request).toEqual({
      type: "update_task",
      payload: { id: "t1", max_cost_usd: null, pre_check: null, model: null },
    });
    expect((await run(["update", "--id", "t1", "--grace", "soon"])).err).toBe(
      "Error: --grace must be a time such as 30s, 10m, 6h or 2d.\n",
    );
  });

  it("looks after groups from the main one", async () => {
    reply = { ok: true, groups: [{ id: "g1", name: "Home", folder: "home", is_main: true }] };
    expect((await run(["list-groups"])).out).toBe("  g1  Home  (main)\n");
    expect((await run(["list_groups"])).code).toBe(0);
    reply = { ok: true, id: "-100" };
    expect((await run(["register-group", "--id", "-100", "--name", "Club"])).out).toBe("Group registered: -100\n");
    expect((await run(["send", "--group", "-100", "--text", "Hi"])).out).toBe("Message sent.\n");
    reply = { ok: true, status: "All is well." };
    expect((await run(["status"])).out).toBe("All is well.\n");
    expect(requests.map(({ request }) => request).slice(2)).toEqual([
      { type: "register_group", payload: { id: "-100", name: "Club" } },
      { type: "send_message", payload: { group_id: "-100", text: "Hi" } },
      { type: "status", payload: {} },
    ]);
    reply = { error: "Only the main group may do this for other groups." };
    expect(await run(["list-groups"])).toMatchObject({
      code: 1,
      err: "Error: Only the main group may do this for other groups.\n",
    });
  });

  it("creates a task and prints its id", async () => {
    reply = { ok: true, id: "task1" };
    const args = ["create", "--name", "Morning", "--schedule", "0 9 * * *", "--prompt", "Say good morning"];
    expect(await run(args)).toEqual({ code: 0, out: "Task created: task1\n", err: "" });
    expect(requests[0]?.request).toEqual({
      type: "create_task",
      payload: { name: "Morning", schedule: "0 9 * * *", prompt: "Say good morning" },
    });
  });

  it("takes its reply under the sandbox's own inbox, which is all that its credential may read", async () => {
    await run(["list"]);
    expect(requests[0]?.replySubject).toMatch(/^_INBOX_sb1\./);
  });

  it("lists tasks, one a line, or says that there are none", async () => {
    expect((await run(["list"])).out).toBe("No tasks found.\n");
    const task = { id: "a", name: "Morning", schedule: "every day at 09:00", prompt: "p", status: "active" };
    reply = { ok: true, tasks: [task, { ...task, id: "b", status: "paused" }] };
    expect((await run(["list"])).out).toBe(
      "  a  active  Morning  [every day at 09:00]\n  b  paused  Morning  [every day at 09:00]\n",
    );
  });

  it("prints the reply as JSON on request", async () => {
    reply = { ok: true, tasks: [] };
    expect(JSON.parse((await run(["--json", "list"])).out)).toEqual({ ok: true, tasks: [] });
    // A list that is too long for one answer.
    const places = ["a", "b"].map((id) => ({ group_id: "g1", created_at: 1, id }));
    pages = ["a", "b", "c"].map((id, index) => ({
      ok: true,
      tasks: [{ id, name: id, schedule: "{}", prompt: "p", status: "active" }],
      next: places[index],
    }));
    expect((await run(["list"])).out).toBe("  a  active  a  [{}]\n  b  active  b  [{}]\n  c  active  c  [{}]\n");
    expect(requests.slice(-3).map(({ request }) => request)).toEqual([
      { type: "list_tasks", payload: {} },
      ...places.map((after) => ({ type: "list_tasks", payload: { after } })),
    ]);
  });

  it("deletes and updates", async () => {
    expect((await run(["delete", "--id", "a"])).out).toBe("Task deleted.\n");
    expect((await run(["update", "--id", "a", "--enabled", "false", "--timezone", "Europe/Athens"])).out).toBe(
      "Task updated.\n",
    );
    expect(requests.map(({ request }) => request)).toEqual([
      { type: "delete_task", payload: { id: "a" } },
      { type: "update_task", payload: { id: "a", enabled: false, timezone: "Europe/Athens" } },
    ]);
  });

  it("passes the host's refusal on, with exit code 1", async () => {
    reply = { error: "Task not found." };
    expect(await run(["delete", "--id", "x"])).toEqual({ code: 1, out: "", err: "Error: Task not found.\n" });
  });

  it("says what is wrong with an argument without asking the host", async () => {
    const wrong = await run(["create", "--name", "x".repeat(300), "--schedule", "+5m", "--prompt", "p"]);
    expect(wrong).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Error: --name must have at most 200 characters/) as string,
    });
    const missing = await run(["create", "--name", "n"]);
    expect(missing).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Error: required option '--schedule/) as string,
    });
    expect(await run(["delete", "--id", "a"], { GROUP_ID: "" })).toMatchObject({
      code: 1,
      err: "Error: GROUP_ID is not set\n",
    });
    expect(requests).toEqual([]);
  });

  it("passes on what the host refuses in the names of its flags", async () => {
    reply = { error: "Set context_mode to isolated." };
    expect((await run(["delete", "--id", "x"])).err).toBe("Error: Set --context-mode to isolated.\n");
  });

  it("says so when nobody listens, and when the server is not there", async () => {
    const unheard = await run(["list"], { GROUP_ID: "g2" });
    expect(unheard).toMatchObject({ code: 1, err: "Error: Praktor does not listen now; try again in a moment\n" });
    const nowhere = await run(["list"], { NATS_URL: "nats://127.0.0.1:1" });
    expect(nowhere).toMatchObject({ code: 1, err: expect.stringMatching(/^Error: .*refused/i) as string });
  });

  it("signs in with the credentials file", async () => {
    const guarded = new NatsServer({ authenticator: passwordAuthenticator([{ user: "u", password: "p" }]) });
    await guarded.start(AbortSignal.timeout(5_000));
    const { port } = await guarded.addListener({ host: "127.0.0.1", port: 0 });
    const file = join(folder, "broken.creds");
    await writeFile(file, "not credentials");
    const broken = await run(["list"], { NATS_URL: `nats://127.0.0.1:${port}`, NATS_CREDS: file });
    expect(broken).toMatchObject({ code: 1, err: expect.stringMatching(/^Error: /) as string });
    const absent = await run(["list"], { NATS_CREDS: join(folder, "absent.creds") });
    expect(absent.err).toMatch(/^Error: cannot read the credentials/);
    await guarded[Symbol.asyncDispose]();
  });

  it("pauses, resumes and runs a task, and tells its runs", async () => {
    expect((await run(["pause", "--id", "a"])).out).toBe("Task paused.\n");
    expect((await run(["resume", "--id", "a"])).out).toBe("Task resumed.\n");
    expect((await run(["run", "--id", "a"])).out).toBe("Task runs.\n");
    expect((await run(["history", "--id", "a", "--limit", "3"])).out).toBe("No runs yet.\n");
    expect(requests.map(({ request }) => request)).toEqual([
      { type: "pause_task", payload: { id: "a" } },
      { type: "resume_task", payload: { id: "a" } },
      { type: "run_task", payload: { id: "a" } },
      { type: "task_history", payload: { id: "a", limit: 3 } },
    ]);
  });

  it("explains itself", async () => {
    const help = await run(["--help"]);
    expect(help.code).toBe(0);
    for (const command of ["create", "list", "delete", "update", "pause", "resume", "run", "history"])
      expect(help.out).toContain(command);
  });
});
