/** `praktor gateway`: runs the service until it is told to stop. */
import type { Command } from "commander";
import { unknownVariables } from "../config/environment.ts";
import { loadSettings, missingSettingsFile } from "../config/load-settings.ts";
import { variableAdvice } from "../config/nearest-setting.ts";
import { secretsIn } from "../config/secret-settings.ts";
import { crashAt } from "../kit/crash-points.ts";
import { createLog } from "../log.ts";
import { Redactor } from "../vault/redactor.ts";
import { firstSteps } from "./first-steps.ts";

export function addGatewayCommand(program: Command): void {
  program
    .command("gateway")
    .description("run the gateway: Telegram, page, bus, sandboxes")
    .action(async () => {
      const settings = await loadSettings(process.env);
      // Loaded only by who runs it, and from the compile cache that main.ts switched on before.
      const { runGateway } = await import("../gateway.ts");
      const redactor = new Redactor();
      redactor.know("settings", secretsIn(settings));
      const { stdout } = process;
      const terminal = stdout.isTTY ? (text: string): void => void stdout.write(text) : null;
      const log = await createLog(process.env.PRAKTOR_LOG_LEVEL ?? "info", redactor, terminal);
      const missing = missingSettingsFile(process.env);
      if (missing !== null) {
        log.warn({ file: missing }, "the settings file that PRAKTOR_CONFIG names is not there: the defaults hold");
      }
      for (const variable of unknownVariables(Object.keys(process.env))) {
        log.warn({ variable }, `no variable of Praktor, ignored: ${variableAdvice(variable)}`);
      }
      const stop = new AbortController();
      for (const name of ["SIGINT", "SIGTERM"] as const) {
        process.once(name, () => {
          log.info({ signal: name }, "stopping");
          stop.abort(new DOMException(`stopped by ${name}`, "AbortError"));
        });
      }
      await runGateway(settings, {
        signal: stop.signal,
        log,
        redactor,
        path: process.env.PATH ?? "",
        timeZone: process.env.TZ,
        passPoint: crashAt(process.env.PRAKTOR_CRASH_AT),
        onStarted: ({ webUrl }) => terminal?.(firstSteps(settings, webUrl)),
      });
    });
}
