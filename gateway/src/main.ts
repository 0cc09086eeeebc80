#!/usr/bin/env node
/** The command line of Praktor. Only this file ends the process. */
import { enableCompileCache } from "node:module";
import { Command } from "commander";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addGatewayCommand } from "./commands/gateway.ts";
import { addPairCommand } from "./commands/pair.ts";
import { addVaultCommand } from "./commands/vault.ts";
import { addVersionCommand } from "./commands/version.ts";
import { version } from "./version.ts";
import { errorMessage, isAbort, PraktorError } from "./kit/praktor-error.ts";

// Stripping types and compiling is half of the start; the cache lies in the system's temporary folder.
enableCompileCache();
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
  // Libraries may keep a timer or a socket; everything of ours was released.
  process.exit(0);
} catch (error) {
  if (isAbort(error)) process.exit(0);
  const hint = error instanceof PraktorError && error.hint ? `\n${error.hint}` : "";
  process.stderr.write(`praktor: ${errorMessage(error)}${hint}\n`);
  process.exit(1);
}
