import type { AgentControl, AgentControlReply } from "@praktor/protocol/agent-control";
import { describe, expect, test } from "vitest";
import { systemClock } from "../kit/clock.ts";
import { timeSortedIds } from "../kit/ids.ts";
import { Transfers } from "./transfers.ts";
import { Workspace } from "./workspace.ts";

const signal = AbortSignal.timeout(60_000);
const entry = { name: "notes.md", path: "notes.md", type: "file", sizeBytes: 5, modified_ms: 0 } as const;

/** A workspace whose runner does what a test says. */
function openWorkspace(runner: (command: AgentControl, transfers: Transfers) => unknown) {
  const transfers = new Transfers(timeSortedIds(systemClock));
  const ensured: string[] = [];
  const workspace = new Workspace({
    transfers,
    ensure: (group) => Promise.resolve(ensured.push(group.id)),
    findGroup: (id) => Promise.resolve(id === "a" ? { id, folder: id, kind: "chat" } : null),
    request: async (_subject, value, reply) => reply.parse(await runner(value as AgentControl, transfers)),
  });
  return { workspace, transfers, ensured };
}

const bytes = (text: string): ReadableStream<Uint8Array> => new Blob([text]).stream();
const stat: AgentControlReply = { status: "ok", entry };

async function send(command: AgentControl, transfers: Transfers, text: string): Promise<unknown> {
  if (command.command === "workspace_stat") return stat;
  if (command.command !== "workspace_read") throw new Error(command.command);
  expect(await transfers.receive(command.transferId, "a", bytes(text), signal)).toBe(true);
  return { status: "ok" };
}

describe("a group's files", () => {
  test("are read through a transfer, from a sandbox that is started for it", async () => {
    const { workspace, ensured } = openWorkspace((command, transfers) => send(command, transfers, "hello"));
    const { stream } = await workspace.read("a", "notes.md", signal);
    expect(await new Response(stream).text()).toBe("hello");
    expect(ensured).toContain("a");
  });

  test("end where they were said to, whatever their sandbox sends", async () => {
    let sent = 0;
    let received: Promise<boolean> | undefined;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1024 ** 2;
        controller.enqueue(new Uint8Array(1024 ** 2));
      },
    });
    const { workspace } = openWorkspace(async (command, transfers) => {
      if (command.command !== "workspace_read") return stat;
      received = transfers.receive(command.transferId, "a", endless, signal);
      await received.catch(() => {});
      return { status: "ok" };
    });
    const { stream } = await workspace.read("a", "notes.md", signal);
    await expect(new Response(stream).bytes()).rejects.toMatchObject({ code: "too_large" });
    await expect(received).rejects.toThrow("went away");
    expect(sent).toBeLessThan(32 * 1024 ** 2);
  });

  test("are written through one", async () => {
    const written: string[] = [];
    const { workspace, transfers } = openWorkspace(async (command) => {
      if (command.command !== "workspace_write") throw new Error(command.command);
      expect(transfers.fetch(command.transferId, "b")).toBeNull();
      written.push(await new Response(transfers.fetch(command.transferId, "a")).text());
      return stat;
    });
    expect((await workspace.write("a", "notes.md", bytes("new"), signal)).name).toBe("notes.md");
    expect(written).toEqual(["new"]);
  });

  test("that cannot be had come with the runner's reason", async () => {
    const error = { status: "error", code: "outside_workspace", message: "That leads out." };
    const { workspace } = openWorkspace(() => error);
    for (const asked of [workspace.list("a", "..", signal), workspace.read("a", "..", signal)]) {
      await expect(asked).rejects.toMatchObject({ code: "outside_workspace", message: "That leads out." });
    }
    await expect(workspace.list("b", ".", signal)).rejects.toMatchObject({ code: "not_found" });
  });

  test("a runner that says it sent, and did not, is not believed, and holds up nobody's transfers", async () => {
    const { workspace, transfers } = openWorkspace((command) =>
      command.command === "workspace_stat" ? stat : { status: "ok" },
    );
    for (let n = 0; n < 300; n += 1) {
      await expect(workspace.read("a", "notes.md", signal)).rejects.toMatchObject({ code: "failed" });
    }
    expect(() => transfers.expect("a")[Symbol.dispose]()).not.toThrow();
  });

  test("a caller who goes away leaves no transfer behind", async () => {
    let transferId = "";
    const { workspace, transfers } = openWorkspace((command) => {
      if (command.command !== "workspace_read") return stat;
      transferId = command.transferId;
      return new Promise(() => {});
    });
    const caller = new AbortController();
    const reading = workspace.read("a", "notes.md", caller.signal);
    await expect.poll(() => transferId).not.toBe("");
    caller.abort(new Error("gone"));
    await expect(reading).rejects.toThrow("gone");
    expect(await transfers.receive(transferId, "a", bytes("late"), signal)).toBe(false);
  });
});

test("one group's open transfers do not use up another's", () => {
  const transfers = new Transfers(timeSortedIds(systemClock));
  const open = (): unknown => transfers.expect("a");
  for (let n = 0; n < 64; n += 1) open();
  expect(open).toThrow(/Too many files/);
  using theirs = transfers.expect("b");
  expect(theirs.id).toMatch(/./);
});

test("a reader who stops reading is heard by the one who sends", async () => {
  const transfers = new Transfers(timeSortedIds(systemClock));
  using transfer = transfers.expect("a");
  const sending = transfers.receive(transfer.id, "a", bytes("x".repeat(100_000)), signal);
  await (await transfer.body).cancel("enough");
  await expect(sending).rejects.toMatchObject({ code: "cancelled" });
});
