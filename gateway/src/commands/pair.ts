/** `praktor pair`: asks the running gateway for a code that lets one person in. */
import type { Command } from "commander";
import { loadSettings } from "../config/load-settings.ts";
import { askForPairing } from "../local-control.ts";

export function addPairCommand(program: Command): void {
  program
    .command("pair")
    .description("print a code that lets one person in over Telegram")
    .action(async () => {
      const settings = await loadSettings(process.env);
      const offer = await askForPairing(settings.store.path);
      const until = new Date(offer.expires).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
      const lines = [
        offer.code,
        "",
        `Send this code to your bot in a private chat until ${until} (10 minutes, ${offer.tries} tries).`,
        ...(offer.makes_owner ? ["Nobody has paired yet: who does is the owner, and that chat the main group."] : []),
      ];
      process.stdout.write(`${lines.join("\n")}\n`);
    });
}
