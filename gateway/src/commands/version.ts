/** `praktor version`: prints it and nothing else, for scripts. */
import type { Command } from "commander";
import { version } from "../version.ts";

export function addVersionCommand(program: Command): void {
  program
    .command("version")
    .description("print the version")
    .action(() => {
      process.stdout.write(`praktor ${version}\n`);
    });
}
