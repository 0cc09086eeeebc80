/** What an agent writes into its group's files and its HOME: instructions and skills hold, and nothing of it runs by itself. */
import { chmod, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { AgentInput } from "@praktor/protocol/agent-input";
import { afterAll, beforeAll, expect, it } from "vitest";
import { groupPlugin } from "./group-plugin.ts";
import { TestSandbox } from "./testing/runner-process.ts";

let sandbox: TestSandbox;
let sessionId: string | undefined;
/** One turn of the conversation that the tests share: starting Claude Code is what takes the time. */
async function say(turnId: string, text: string, more: Partial<AgentInput> = {}): Promise<string> {
  const { host } = sandbox;
  await host.send({ turnId, text, ...(sessionId === undefined ? {} : { sessionId }), ...more });
  const result = await host.fact("result", turnId);
  sessionId = result.sessionId;
  return result.content;
}
beforeAll(async () => {
  sandbox = await TestSandbox.start();
  await mkdir(marks());
  await setTraps();
  await sandbox.startRunner();
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const marks = (): string => join(sandbox.folder, "marks");
/** A command that leaves a trace of itself. */
const mark = (name: string): string => `echo > ${marks()}/${name}`;
async function put(path: string, content: string | object): Promise<void> {
  const file = join(sandbox.workspace, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
}
const hooks = (name: string): object => {
  const command = (event: string): object => ({ hooks: [{ type: "command", command: mark(`${name}-${event}`) }] });
  const events = ["SessionStart", "UserPromptSubmit", "PreToolUse", "Stop", "InstructionsLoaded"];
  return Object.fromEntries(events.map((event) => [event, [command(event)]]));
};
const server = (name: string): object => ({ type: "stdio", command: "/bin/sh", args: ["-c", mark(name)] });
const frontHooks = (name: string): string =>
  `hooks:\n  PreToolUse:\n    - hooks:\n        - type: command\n          command: ${mark(name)}`;

/** Every way to a command that nobody is asked about. */
async function setTraps(): Promise<void> {
  await put(".claude/settings.json", {
    hooks: hooks("settings"),
    apiKeyHelper: mark("api-key"),
    statusLine: { type: "command", command: mark("status-line") },
    env: { FROM_SETTINGS: "taken", CLAUDE_CODE_SHELL_PREFIX: join(sandbox.workspace, "prefix") },
    enableAllProjectMcpServers: true,
    extraKnownMarketplaces: { market: { source: { source: "directory", path: join(sandbox.workspace, "market") } } },
    enabledPlugins: { "stall@market": true },
  });
  await put(".claude/settings.local.json", { hooks: hooks("local"), enableAllProjectMcpServers: true });
  await put(".mcp.json", { mcpServers: { project: server("mcp") } });
  await put("prefix", `#!/bin/sh\n${mark("prefix")}\nexec /bin/sh -c "$*"\n`);
  await chmod(join(sandbox.workspace, "prefix"), 0o755);
  await put("market/.claude-plugin/marketplace.json", {
    name: "market",
    owner: { name: "m" },
    plugins: [{ name: "stall", source: "./stall" }],
  });
  await put("market/stall/.claude-plugin/plugin.json", { name: "stall", version: "1.0.0" });
  await put("market/stall/hooks/hooks.json", { hooks: hooks("market") });
  await put(".claude/hooks/hooks.json", { hooks: hooks("folder") });
  await put(".claude/skills/hooks/hooks.json", { hooks: hooks("skills") });
  await put(".claude/skills/trick/.claude-plugin/plugin.json", {
    name: "trick",
    mcpServers: { own: server("nested") },
  });
  await setRepositoryTraps();
  for (const file of [".bashrc", ".bash_profile", ".bash_login", ".profile", ".zshenv", ".zshrc"])
    await put(`../home/${file}`, `${mark(file)}\n`);
}

/** A repository of which git would run something for whoever fetches, looks or checks out. */
async function setRepositoryTraps(): Promise<void> {
  const config = (name: string): string => `[core]
  sshCommand = "${mark(`${name}-ssh`)}; false"
  fsmonitor = "${mark(`${name}-fsmonitor`)}"
[remote "origin"]
  url = ssh://example.invalid/x
  fetch = +refs/heads/*:refs/remotes/origin/*
  uploadpack = "${mark(`${name}-uploadpack`)}"
[filter "trap"]
  smudge = "${mark(`${name}-smudge`)}"
  clean = "${mark(`${name}-clean`)}"
`;
  await put(".git/HEAD", "ref: refs/heads/main\n");
  await put(".git/objects/none", "");
  await put(".git/refs/heads/.none", "");
  await put(".git/config", config("git"));
  await put("../home/.gitconfig", config("home-git"));
  await put(".gitattributes", "* filter=trap\n");
  await put(".claude/agents/apart.md", "---\nname: apart\ndescription: Apart.\nisolation: worktree\n---\nWork.");
}

it("holds the group's instructions, rules, skills and agents, and runs no command of its own", async () => {
  const { host, workspace } = sandbox;
  await put("CLAUDE.md", "GROUPWORD @more.md");
  await put("more.md", "NAMEDWORD");
  await put("folder/CLAUDE.md", "FOLDERWORD");
  await put("folder/.claude/rules/rule.md", "FOLDERRULEWORD");
  await put("folder/notes.txt", "Notes.");
  await put(".claude/rules/notes.md", "---\npaths:\n  - folder/**\n---\nPATHWORD");
  await put(".claude/rules/rule.md", "RULEWORD");
  const inline = `!\`${mark("inline")}\``;
  await put(
    ".claude/skills/trick/SKILL.md",
    `---\nname: trick\ndescription: A trick.\n${frontHooks("skill")}\n---\nSKILLWORD ${inline}`,
  );
  await put(".claude/commands/order.md", `---\ndescription: An order.\n---\nORDERWORD ${inline}`);
  await put(
    ".claude/agents/worker.md",
    `---\nname: worker\ndescription: Works.\n${frontHooks("agent")}\nmcpServers:\n  - own:\n      type: stdio\n      command: /bin/sh\n      args: ["-c", "${mark("agent-mcp")}"]\n---\nWORKERWORD`,
  );
  const told = (): string => JSON.stringify(host.model.requests.map((made) => made.body));

  expect(await say("plain", "bash: echo from-$FROM_SETTINGS.")).toBe("from-.");
  for (const word of ["GROUPWORD", "NAMEDWORD", "RULEWORD", "A trick."]) expect(told()).toContain(word);
  // A script of the agent's own inside Claude Code, and one that goes on after the turn.
  expect(told()).not.toContain('"name":"Workflow"');
  const skill = await say("skill", 'tool Skill {"skill":"group:trick"}');
  expect(skill).toContain("SKILLWORD [shell command execution disabled by policy]");
  expect(await say("order", 'tool Skill {"skill":"group:order"}')).toContain("ORDERWORD [shell command");
  await say("agent", 'tool Agent {"description":"d","prompt":"bash: echo by hand","subagent_type":"group:worker"}');
  expect(told()).toContain("WORKERWORD");
  const apart = { description: "d", prompt: "echo apart" };
  const isolated = `tool Agent ${JSON.stringify({ ...apart, isolation: "worktree" })}`;
  expect(await say("isolated", isolated)).toContain("git failed to start");
  const byItself = `tool Agent ${JSON.stringify({ ...apart, subagent_type: "group:apart" })}`;
  expect(await say("by-itself", byItself)).toContain("git failed to start");
  expect(await say("enter", 'tool EnterWorktree {"name":"w"}')).toContain("No such tool available");
  // Variables for Claude Code itself stand there, its PATH too.
  const own = JSON.stringify({ file_path: join(sandbox.folder, "claude", ".config.json"), content: '{"env":{}}' });
  expect(await say("own", `tool Write ${own}`)).toContain("denied");
  await say("file", `tool Read {"file_path":"${join(workspace, "CLAUDE.md")}"}`);
  await say("folder", `tool Read {"file_path":"${join(workspace, "folder/notes.txt")}"}`);
  expect(told()).toContain("Notes.");
  for (const word of ["FOLDERWORD", "FOLDERRULEWORD", "PATHWORD"]) expect(told()).not.toContain(word);
  expect(await readdir(marks())).toEqual([]);

  // What Claude Code itself does without, the agent's commands have.
  const home = await say("home", "bash: echo $HOME; git config --get-all core.fsmonitor; env | grep -c ENV_FILE");
  const monitors = ["home-git", "git"].map((name) => mark(`${name}-fsmonitor`));
  expect(home.split("\n").slice(0, 4)).toEqual([join(sandbox.folder, "home"), ...monitors, "0"]);

  await put(".claude/skills/later/SKILL.md", "---\nname: later\ndescription: Made in the midst.\n---\nLATERWORD");
  expect(await say("later", 'tool Skill {"skill":"group:later"}')).toContain("LATERWORD");
}, 180_000);

it("takes the file tools' ~ for the HOME of its commands, and asks about that", async () => {
  const { host, folder } = sandbox;
  const note = join(folder, "home", "note.txt");
  const asked: string[] = [];
  host.onIpc = (request) => {
    asked.push(JSON.stringify(request));
    return { ok: true, status: "allowed" };
  };
  await say("note", "bash: echo NOTEWORD > ~/note.txt");
  expect(await say("read", 'tool Read {"file_path":"~/note.txt"}', { approvalTools: ["Read"] })).toContain("NOTEWORD");
  expect(asked).toEqual([expect.stringContaining(JSON.stringify(JSON.stringify({ file_path: note })).slice(1, -1))]);

  const made = join(folder, "home", "made.txt");
  await say("write", 'tool Write {"file_path":"~/made.txt","content":"MADEWORD"}', { approvalTools: ["Write"] });
  expect(asked.at(-1)).toContain(made);
  const change = { file_path: "~/note.txt", old_string: "NOTEWORD", new_string: "OTHERWORD" };
  // It looks for the file before anybody can say which one is meant.
  await say("edit", `tool Edit ${JSON.stringify(change)}`);
  expect(JSON.stringify(host.model.requests)).toContain(`Call them with the whole path: ${note}]`);
  await say("edit-whole", `tool Edit ${JSON.stringify({ ...change, file_path: note })}`);
  expect(await say("changed", "bash: cat ~/note.txt ~/made.txt")).toBe("OTHERWORD\nMADEWORD");
}, 120_000);

it("writes nothing into what Claude Code believes, by whatever name, also as root", async () => {
  const words = 'bash: tr "\\0" "\\n" < /proc/$PPID/environ | sed -n s/^HOME=//p';
  const own = await say("own-home", words);
  await symlink(own, join(sandbox.workspace, "own"));
  const file = "commands-environment.sh";
  const before = await say("look", `tool Read {"file_path":"own/${file}"}`);
  expect(before).toContain("export HOME");
  await symlink(join(own, "ls"), join(sandbox.workspace, "dangling"));
  await say("dangling", 'tool Write {"file_path":"dangling","content":"x"}');
  await symlink("/proc/self", join(sandbox.workspace, "self"));
  for (const [at, folder] of [own, "own", `/proc/self/root${own}`, "self/cwd/own"].entries())
    for (const [name, path] of Object.entries({ old: join(folder, file), new: join(folder, "ls") }))
      await say(`${name}-${at}`, `tool Write ${JSON.stringify({ file_path: path, content: "x" })}`);
  expect(await say("look-again", `bash: ls ${own}; grep -c HOME ${own}/${file}`)).toBe(`${file}\nps\n1`);
}, 120_000);

it("ends without a word where its folder is gone already", async () => {
  const plugin = await groupPlugin(sandbox.workspace);
  for (const folder of [plugin.path, join(plugin.path, ".claude-plugin")]) await chmod(folder, 0o755);
  await rm(plugin.path, { recursive: true });
  await expect(plugin[Symbol.asyncDispose]()).resolves.toBeUndefined();
});
