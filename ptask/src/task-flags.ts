/** What of a task can be set on the command line besides its name, schedule and prompt, and how that is written on the wire. */
import type { Command } from "commander";

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Adds the flags to `create` or `update`. */
export function withTaskFlags(command: Command): Command {
  return command
    .option("--timezone <zone>", "IANA time zone, for example Europe/Berlin")
    .option("--context-mode <mode>", "isolated (a session of its own) or group")
    .option("--overlap <policy>", "while an earlier run is not over: skip or queue")
    .option("--catch-up <policy>", "after a time without Praktor: run_once or skip")
    .option("--grace <time>", "how late a missed run may still start: 30s, 10m, 6h, 2d", span)
    .option(
      "--pre-check <command>",
      "run first, in the sandbox; exit code 0 with output wakes the agent (none: no check)",
    )
    .option("--model <model>", "another model than the group's (none: the group's)")
    .option("--max-turns <count>", "steps of one run at most (none: the installation's limit)", asNumber)
    .option("--max-duration <time>", "how long a run may take: 90s, 10m (none: the installation's limit)", span)
    .option("--max-cost <usd>", "what a run may cost in US dollars (none: no limit)", asNumber)
    .option("--may-manage-tasks <yes>", "true or false: whether its runs may create and change tasks", yesOrNo)
    .option("--own-sandbox <yes>", "true or false: a sandbox of its own on the group's files", yesOrNo);
}

/** Flags are spelt with dashes; the wire has underscores, and names the units. */
export function onWire(flags: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(flags).map(([name, value]) => [
      wireNames[name] ?? name,
      value === "none" && mayBeNone.has(name) ? null : value,
    ]),
  );
}

const mayBeNone: ReadonlySet<string> = new Set(["preCheck", "model", "maxTurns", "maxDuration", "maxCost"]);

const wireNames: Readonly<Record<string, string>> = {
  contextMode: "context_mode",
  catchUp: "catch_up",
  grace: "grace_ms",
  preCheck: "pre_check",
  maxTurns: "max_turns",
  maxDuration: "max_duration_ms",
  maxCost: "max_cost_usd",
  mayManageTasks: "may_manage_tasks",
  ownSandbox: "own_sandbox",
  group: "group_id",
};

/** `grace_ms` → `--grace`; a name that no flag stands for stays what it is. */
export function flagOf(wireName: string): string {
  const name = Object.entries(wireNames).find(([, wire]) => wire === wireName)?.[0] ?? wireName;
  const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return wireNames[name] !== undefined || plainFlags.has(name) ? `--${flag}` : wireName;
}

const plainFlags: ReadonlySet<string> = new Set([
  "id",
  "name",
  "schedule",
  "prompt",
  "timezone",
  "overlap",
  "model",
  "enabled",
  "limit",
  "text",
]);

// Whatever cannot be read goes on as it is: the protocol's schema says what is wrong with it.

export function yesOrNo(value: string): boolean | string {
  return value === "true" ? true : value === "false" ? false : value;
}

function asNumber(value: string): number | string {
  return value === "none" ? value : Number(value);
}

function span(value: string): number | string {
  const [, count = "", unit = ""] = /^(\d{1,9})([smhd])$/.exec(value) ?? [];
  return unit === "" ? value : Number(count) * (unitMs[unit] ?? Number.NaN);
}
