/** What only the main group may do: its agent looks after the others. */
import type { Command } from "commander";
import type { IpcRequest } from "@praktor/protocol/ipc";
import type { IpcSuccess } from "./ask-host.ts";

type Answer = (
  request: { type: IpcRequest["type"]; payload: object },
  text: (reply: IpcSuccess) => string,
) => Promise<void>;

/** The names with underscores are the ones that the protocol has. */
export function addMainCommands(program: Command, answer: Answer): void {
  program
    .command("list-groups")
    .alias("list_groups")
    .description("list all groups (only from the main group)")
    .action(async () => {
      await answer({ type: "list_groups", payload: {} }, (reply) => groupListing(reply.groups ?? []));
    });
  program
    .command("register-group")
    .alias("register_group")
    .description("make a group, or find the one that is there (only from the main group)")
    .requiredOption("--id <id>", "the group's id; a Telegram chat's is its number")
    .requiredOption("--name <name>", "a name that people know it by")
    .action(async (payload: { id: string; name: string }) => {
      await answer({ type: "register_group", payload }, (reply) => `Group registered: ${reply.id ?? ""}`);
    });
  program
    .command("send")
    .description("say something in a group's chat (only from the main group)")
    .requiredOption("--group <id>", "the group's id")
    .requiredOption("--text <text>", "Markdown")
    .action(async ({ group, text }: { group: string; text: string }) => {
      await answer({ type: "send_message", payload: { group_id: group, text } }, () => "Message sent.");
    });
  program
    .command("status")
    .description("how Praktor is (only from the main group)")
    .action(async () => {
      await answer({ type: "status", payload: {} }, (reply) => reply.status ?? "");
    });
}

function groupListing(groups: NonNullable<IpcSuccess["groups"]>): string {
  if (groups.length === 0) return "No groups found.";
  return groups.map(({ id, name, is_main: isMain }) => `  ${id}  ${name}${isMain ? "  (main)" : ""}`).join("\n");
}
