import { describe, expect, it } from "vitest";
import { readConversation } from "./conversation.ts";
import { defaultScript } from "./default-script.ts";
import { messageRequest } from "./message-request.ts";
import type { Reply } from "./script.ts";

type Spoken = { role: "user" | "assistant" | "system"; content: string | object[] };

function reply(messages: Spoken[], tools = ["Bash", "Write"]): Reply {
  const request = messageRequest.parse({
    model: "claude-test",
    max_tokens: 100,
    system: "You are Claude.\n - Primary working directory: /workspace/group",
    tools: tools.map((name) => ({ name })),
    messages,
  });
  return defaultScript({ request, conversation: readConversation(request), headers: {} });
}

const user = (...texts: string[]): Spoken => ({
  role: "user",
  content: texts.map((text) => ({ type: "text", text })),
});
const said = (text: string): Spoken => ({ role: "assistant", content: [{ type: "text", text }] });
const used = (id: string, name = "Bash"): Spoken => ({
  role: "assistant",
  content: [{ type: "tool_use", id, name, input: {} }],
});
const result = (id: string, output: string, ...texts: string[]): Spoken => ({
  role: "user",
  content: [
    { type: "tool_result", tool_use_id: id, content: [{ type: "text", text: output }] },
    ...texts.map((text) => ({ type: "text", text })),
  ],
});
const reminder = "<system-reminder>\necho this is nobody's message\n</system-reminder>";
const queued = (text: string): string =>
  `The user sent a new message while you were working:\n${text}\n\nThis is how Claude Code surfaces messages the user sends mid-turn — within the running turn.`;

function textOf(given: Reply): string | undefined {
  return given.type === "message" ? given.text : `error ${given.status}`;
}

describe("the default script", () => {
  it("answers the person's text, not the reminders around it", () => {
    expect(textOf(reply([user(reminder, "echo hello", reminder)]))).toBe("hello");
    expect(textOf(reply([user("echo hello"), { role: "system", content: "# Environment\necho not this" }]))).toBe(
      "hello",
    );
  });

  it("calls a tool once, then tells its output", () => {
    expect(reply([user("bash: ls")])).toEqual({
      type: "message",
      tools: [{ name: "Bash", input: { command: "ls" } }],
    });
    expect(textOf(reply([user("bash: ls"), used("t1"), result("t1", "a\nb", reminder)]))).toBe("a\nb");
    expect(reply([user("tools 2"), used("t1"), result("t1", "1")])).toMatchObject({ tools: [{ name: "Bash" }] });
    expect(textOf(reply([user("tools 2"), used("t1"), result("t1", "1"), used("t2"), result("t2", "2")]))).toBe(
      "Done: 2 tool calls.",
    );
  });

  it("starts anew after its own complete answer", () => {
    const before = [user("bash: ls"), used("t1"), result("t1", "a"), said("a")];
    expect(reply([...before, user("bash: ls")])).toMatchObject({ tools: [{ name: "Bash" }] });
  });

  it("answers each of several messages, however they were gathered", () => {
    expect(textOf(reply([user("echo one", "echo two")]))).toBe("one\n\ntwo");
    expect(textOf(reply([user("echo one\necho two")]))).toBe("one\n\ntwo");
    expect(textOf(reply([user('<message from="Ada">echo one</message>\n<message>\necho two\n</message>')]))).toBe(
      "one\n\ntwo",
    );
    expect(textOf(reply([user("Ada: echo one\n[12:30] Bob: echo two")]))).toBe("one\n\ntwo");
    expect(reply([user("echo one\n\nbash: ls")])).toMatchObject({ tools: [{ input: { command: "ls" } }] });
  });

  it("answers what was sent while a tool was running, in a system message or a reminder", () => {
    const turn = [user("bash: ls"), used("t1"), result("t1", "a")];
    expect(textOf(reply([...turn, { role: "system", content: `${queued("echo b")}\n\n${queued("echo c")}` }]))).toBe(
      "a\n\nb\n\nc",
    );
    const inReminder = `<system-reminder>\n${queued("echo b")}\n</system-reminder>`;
    expect(textOf(reply([user("bash: ls"), used("t1"), result("t1", "a", inReminder)]))).toBe("a\n\nb");
  });

  it("forgets what was interrupted, but not what a crash cut off", () => {
    expect(textOf(reply([user("slow 9000: x\n", "[Request interrupted by user]\n", "echo after")]))).toBe("after");
    expect(
      textOf(reply([user("echo before"), said("No response requested."), user("Continue from where you left off.")])),
    ).toBe("before");
    expect(textOf(reply([user("echo before", "[The system restarted; you were interrupted.]")]))).toBe("before");
  });

  it("answers once what is repeated under a note, and does not do again what was done", () => {
    const again = (text: string): ReturnType<typeof user> => user(`[An earlier try was cut.]\n\n${text}`);
    const cut = said("No response requested.");
    expect(textOf(reply([user("slow 9: x"), cut, again("slow 9: x")]))).toBe("x");
    expect(textOf(reply([user("bash: ls"), used("t1"), result("t1", "a"), cut, again("bash: ls")]))).toBe("a");
    expect(textOf(reply([user("echo x"), user("echo x")]))).toBe("x\n\nx");
  });

  it("makes a call again whose result a crash has cut off", () => {
    const lost =
      "[Tool call interrupted: the session ended before this call's result was recorded, so its outcome is unknown.]";
    const turn = [user("bash: ls"), used("t1"), result("t1", lost), said("No response requested.")];
    expect(reply([...turn, user("[You were interrupted.]")])).toMatchObject({ tools: [{ input: { command: "ls" } }] });
  });

  it("remembers only what the request holds", () => {
    const history = [user("remember the blue door"), said("I will remember: the blue door")];
    expect(textOf(reply([...history, user("what did I say first?")]))).toBe('You said first: "remember the blue door"');
    expect(textOf(reply([...history, user("what do you remember?")]))).toContain("- the blue door");
    expect(textOf(reply([user("what did I say first?")]))).toBe('You said first: "what did I say first?"');
  });

  it("writes with the Write tool, or through the shell where that is missing or fails", () => {
    expect(reply([user("write a/b.md: # T\\nx")])).toMatchObject({
      tools: [{ name: "Write", input: { file_path: "/workspace/group/a/b.md", content: "# T\nx" } }],
    });
    expect(reply([user("write b.md: it's")], ["Bash"])).toMatchObject({
      tools: [{ input: { command: `mkdir -p '/workspace/group' && printf %s 'it'\\''s' > '/workspace/group/b.md'` } }],
    });
    const failed: Spoken = {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "t1", is_error: true, content: "not read" }],
    };
    expect(reply([user("write b.md: x"), used("t1", "Write"), failed])).toMatchObject({ tools: [{ name: "Bash" }] });
  });

  it("finds a tool by the end of its name, and looks a deferred one up first", () => {
    const name = "mcp__praktor-tasks__scheduled_task_list";
    expect(reply([user('tool scheduled_task_list {"a":1}')], ["Bash", name])).toEqual({
      type: "message",
      tools: [{ name, input: { a: 1 } }],
    });
    const deferred: Spoken = { role: "system", content: `deferred tools:\n${name}\n` };
    expect(reply([user("tool scheduled_task_list {}"), deferred], ["ToolSearch"])).toMatchObject({
      tools: [{ name: "ToolSearch", input: { query: `select:${name}` } }],
    });
    const loaded = [user("tool scheduled_task_list {}"), used("t1", "ToolSearch"), result("t1", "x", "Tool loaded.")];
    expect(reply(loaded, ["ToolSearch", name])).toMatchObject({ tools: [{ name }] });
  });

  it("fails once, not for ever", () => {
    expect(textOf(reply([user("fail 529")]))).toBe("error 529");
    expect(textOf(reply([user("fail\n", "echo on")]))).toBe("on");
  });

  it("writes exactly as many words as asked for", () => {
    const text = textOf(reply([user("long 500")])) ?? "";
    expect(text.match(/[a-z]+/g)).toHaveLength(500);
  });

  it("answers requests for titles and summaries in their form", () => {
    const titled = messageRequest.parse({
      model: "m",
      system: "You are naming a coding session.",
      output_config: { format: { type: "json_schema" } },
      messages: [{ role: "user", content: "<session>\nbash: ls\n</session>" }],
    });
    const given = defaultScript({ request: titled, conversation: readConversation(titled), headers: {} });
    expect(JSON.parse(textOf(given) ?? "")).toMatchObject({ title: "Simulated conversation" });
    const summary = reply([
      user("remember the door"),
      said("ok"),
      user("Your task is to create a detailed summary of the conversation so far"),
    ]);
    expect(textOf(summary)).toContain("- The user said: remember the door");
  });
});
