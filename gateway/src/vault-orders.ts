/** Carries out what `praktor vault` asks, in the running gateway or, while there is none, in the command itself. */
import type { VaultOrder } from "@praktor/protocol/vault";
import { commandLine } from "./kit/audit.ts";
import type { VaultDesk } from "./vault-desk.ts";

/** Who may open the socket or the database owns the files; that is all that is known of them. */
export async function obeyVaultOrder(desk: VaultDesk, order: VaultOrder): Promise<unknown> {
  switch (order.type) {
    case "view":
      return await desk.view();
    case "set":
      return await desk.set(order.name, order.value, commandLine);
    case "reveal":
      return { value: await desk.reveal(order.name, commandLine) };
    case "delete":
      return await desk.remove(order.name, commandLine);
    case "assign":
      return await desk.assign(
        order.name,
        order.group,
        { delivery: order.delivery, target: order.target },
        commandLine,
      );
    case "unassign":
      return await desk.unassign(order.name, order.group, commandLine);
    case "rotate":
      await desk.rotate(order.passphrase, commandLine);
      return {};
    default:
      return order satisfies never;
  }
}
