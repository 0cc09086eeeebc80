/** The command line of Praktor. */
import { Command } from "commander";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addGatewayCommand } from "./commands/gateway.ts";
import { addPairCommand } from "./commands/pair.ts";
import { addVaultCommand } from "./commands/vault.ts";
import { addVersionCommand } from "./commands/version.ts";
import { errorMessage, isAbort, PraktorError } from "./kit/praktor-error.ts";
import { version } from "./version.ts";

/** Carries out what the process was called with. Resolves with its exit code. */
export async function runCommandLine(): Promise<number> {
  const program = new Command("praktor")
    .description("A self-hosted personal AI agent assistant.")
    .version(version)
    .showHelpAfterError();
  addGatewayCommand(program);
  addDoctorCommand(program);
  addPairCommand(program);
  addVaultCommand(program);
  addVersionCommand(program);

  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    if (isAbort(error)) return 0;
    const hint = error instanceof PraktorError && error.hint ? `\n${error.hint}` : "";
    process.stderr.write(`praktor: ${errorMessage(error)}${hint}\n`);
    return 1;
  }
}
