/** What people do by commands is kept with who did it. */
import { describe, expect, test } from "vitest";
import type { AuditEntry } from "../kit/audit.ts";
import { silentLogger } from "../kit/logger.ts";
import { changed, commandActions, onlyWords, refused } from "./command-audit.ts";
import { CommandRunner } from "./command-runner.ts";
import { commandMenu, mainCommandMenu, type CommandName } from "./commands.ts";
import type { TelegramPorts } from "./telegram-ports.ts";
import { Verbosity } from "./verbosity.ts";

const all: CommandName[] = [...commandMenu, ...mainCommandMenu].map(({ command }) => command);

const ports: TelegramPorts = {
  onReceived: () => {},
  onDelivery: () => {},
  registerGroup: () => Promise.reject(new Error("not asked")),
  stop: (conversationId) => Promise.resolve(conversationId === "idle" ? null : "Stopped."),
  newSession: (conversationId) =>
    conversationId === "broken" ? Promise.reject(new Error("no disk")) : Promise.resolve(),
  tasks: () => Promise.resolve("No tasks."),
  status: () => Promise.resolve("Idle."),
  usage: () => Promise.resolve("Nothing."),
  swarm: (_, argument) =>
    Promise.resolve(
      argument === "stop"
        ? { words: "Stopped.", changes: [{ action: "swarm.cancel", outcome: "ok", target: "run-1" }] }
        : changed("Begun.", { target: "run-1" }),
    ),
  model: (_, wanted) =>
    Promise.resolve(wanted === "" ? onlyWords("m") : wanted === "?" ? refused("No.", "no name") : changed("Now.")),
  groups: () => Promise.resolve("All."),
  agents: () => Promise.resolve("All."),
  isMain: (conversationId) => Promise.resolve(conversationId !== "other"),
  mainChat: () => Promise.resolve(null),
  makeMain: () => Promise.resolve(),
  tellOwner: () => Promise.resolve(),
};

async function keptOf(name: CommandName, argument = "", conversationId = "main"): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  const runner = new CommandRunner({
    ports,
    verbosity: new Verbosity({ get: () => Promise.resolve(null), set: () => Promise.resolve() }),
    pairing: {
      offer: () => Promise.resolve({ code: "ABCDEFGH", expires: "2026-01-01T00:00:00Z", tries: 5, makes_owner: false }),
    },
    botUsername: "praktor_bot",
    audit: { record: (entry) => entries.push(entry) },
    logger: silentLogger,
  });
  const address = { channel: "telegram", chatId: "-50" } as const;
  await runner.run({ name, argument, conversationId, groupId: "-50", address, userId: "7" });
  return entries;
}

test.each(all)("/%s is decided about: kept or only shown", (name) => {
  expect(Object.hasOwn(commandActions, name)).toBe(true);
});

/** With which a command does what it is for. */
const argumentsOf: Partial<Record<CommandName, string>> = { model: "claude-x", verbose: "2", swarm: "a: do" };

test.each(all)("/%s leaves one line where it changes something, and none where it only shows", async (name) => {
  const action = commandActions[name];
  const line = { actor: { type: "person", id: "telegram:7" }, action, groupId: "-50", outcome: "ok" };
  expect(await keptOf(name, argumentsOf[name])).toMatchObject(action === null ? [] : [line]);
});

describe("a command that changes things elsewhere", () => {
  test.each([
    ["model", ""],
    ["verbose", ""],
  ] as const)("/%s leaves no line when it only shows", async (name, argument) => {
    expect(await keptOf(name, argument)).toEqual([]);
  });

  test("leaves none where there was nothing to change", async () => {
    expect(await keptOf("stop", "", "idle")).toEqual([]);
  });

  test.each([
    ["model", "?", "main"],
    ["verbose", "9", "main"],
    ["pair", "", "other"],
  ] as const)("/%s %s is kept as refused", async (name, argument, conversationId) => {
    expect(await keptOf(name, argument, conversationId)).toMatchObject([
      { action: commandActions[name], outcome: "refused", actor: { id: "telegram:7" } },
    ]);
  });

  test("is kept when it failed, and when it does another thing than usual", async () => {
    expect(await keptOf("new", "", "broken")).toMatchObject([{ outcome: "failed", detail: "no disk" }]);
    expect(await keptOf("swarm", "stop")).toMatchObject([{ action: "swarm.cancel", outcome: "ok", target: "run-1" }]);
  });
});

test("showing what is only for the main group's chat leaves no line, refused or not", async () => {
  expect(await keptOf("groups", "", "other")).toEqual([]);
});
