/** Runs `ptask` from the command line. */
import { CommanderError } from "commander";
import { makeProgram } from "./program.ts";

const program = makeProgram({
  // Loaded when it is needed: `--help` should not wait for NATS and the schemas.
  ask: async (request) => (await import("./ask-host.ts")).askHost(request, process.env),
  print: (line) => void process.stdout.write(`${line}\n`),
  printError: (line) => void process.stderr.write(`${line}\n`),
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else {
    process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
