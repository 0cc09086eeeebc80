/** What the settings hold that is allowed and better were otherwise. */
import { type Environment, missingSettingsFile } from "../../config/load-settings.ts";
import { unknownVariables } from "../../config/environment.ts";
import { variableAdvice } from "../../config/nearest-setting.ts";
import type { Settings } from "../../config/schema.ts";
import { isShort, minimumLength } from "../../web/password.ts";
import { isLoopback } from "../../kit/loopback.ts";
import type { Finding } from "./finding.ts";

/** `inContainer`: of the engine that the gateway commands. There the page is never on loopback, whatever `web.host` says by default. */
export function lookAtSettings({ web }: Settings, environment: Environment, inContainer: boolean): Finding[] {
  const names = Object.keys(environment).filter((name) => environment[name] !== undefined);
  const findings: Finding[] = unknownVariables(names).map((variable) => ({
    level: "warn",
    what: "Settings",
    detail: `${variable} is no variable of Praktor, and sets nothing: ${variableAdvice(variable)}`,
  }));
  const missing = missingSettingsFile(environment);
  if (missing !== null) {
    findings.push({
      level: "warn",
      what: "Settings",
      detail: `The file ${missing} that PRAKTOR_CONFIG names is not there, so the defaults hold.`,
      advice: "Make it, correct the name, or unset the variable: then config/praktor.yaml is read where there is one.",
    });
  }
  if (!web.enabled || web.auth === undefined || !isShort(web.auth)) return findings;
  const what = "Page's password";
  const advice = `Set web.auth (PRAKTOR_WEB_PASSWORD) to ${minimumLength} characters or more.`;
  findings.push(
    isLoopback(web.host) && !inContainer
      ? { level: "warn", what, detail: "It is short: every program of this machine can try to guess it.", advice }
      : { level: "bad", what, detail: "It is too short for a page that others reach: Praktor does not start.", advice },
  );
  return findings;
}
