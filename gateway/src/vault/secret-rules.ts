/** What a secret may be called and hold, and under which names it may be given to a group. */
import { VaultPassphrase } from "@praktor/protocol/vault";
import { PraktorError } from "../kit/praktor-error.ts";
import { minSecretLength } from "./needles.ts";
import { redacted } from "./redactor.ts";

const namePattern = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;
const variablePattern = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const largestBytes = 64 * 1024;
/** A sandbox's own, or what makes every program in it run something else. */
const reservedVariables =
  /^(?:HOME|PATH|LANG|TZ|USER|SHELL|PWD|IFS|ENV|TMPDIR|GROUP_ID|IS_SANDBOX|BASH_.*|(?:NODE|ANTHROPIC|CLAUDE|NATS|PRAKTOR|LD|DYLD)_.*|API_TIMEOUT_MS|DISABLE_AUTOUPDATER)$/i;

/** What is none is not repeated: it may be a value in the wrong place. */
export function checkName(name: string): void {
  if (namePattern.test(name)) return;
  throw new PraktorError("invalid", "This cannot be a secret's name.", {
    hint: "Names are 1 to 64 letters, digits, '_', '.' or '-', and begin with a letter or '_'.",
  });
}

/** As it may be kept of a change that was refused. */
export function keptName(name: string): string {
  return namePattern.test(name) ? name : "(no name)";
}

export function checkValue(value: string): void {
  const problem = problemOf(value);
  if (problem) throw new PraktorError("invalid", `This value cannot be kept: ${problem}.`);
}

/** Whoever has the database can try it out. */
export function isShort(passphrase: string): boolean {
  return !VaultPassphrase.safeParse(passphrase).success;
}

/** Of one that nothing is under yet: there is no vault with it. */
export function checkFirstPassphrase(passphrase: string): void {
  if (!isShort(passphrase)) return;
  throw new PraktorError("vault_off", "There is no vault: its passphrase has fewer than 12 characters.", {
    hint: "Set a longer PRAKTOR_VAULT_PASSPHRASE, and start Praktor again.",
  });
}

/** Of a new one: what secrets are under already has to open them. */
export function checkPassphrase(passphrase: string): void {
  if (!isShort(passphrase)) return;
  throw new PraktorError("invalid", "The vault's passphrase must have at least 12 characters.");
}

export function checkTarget(delivery: "env" | "file", target: string): void {
  if (delivery === "file" && namePattern.test(target)) return;
  if (delivery === "env" && variablePattern.test(target) && !reservedVariables.test(target)) return;
  throw new PraktorError(
    "invalid",
    delivery === "env"
      ? `"${target}" cannot be the name of a secret's environment variable.`
      : `"${target}" cannot be the name of a secret's file.`,
    {
      hint: "Choose another one (on the command line with --name); variables of the sandbox itself (PATH, HOME, PRAKTOR_…) cannot be replaced.",
    },
  );
}

function problemOf(value: string): string | null {
  if (value.includes("\0")) return "it holds a zero character";
  if (!value.isWellFormed()) return "it is not valid text";
  if (Buffer.byteLength(value) > largestBytes) return `it is larger than ${largestBytes / 1024} KB`;
  // What is shorter could not be taken out of answers and logs without taking ordinary words out too.
  if (value.replaceAll(/\s/g, "").length < minSecretLength) return `it has less than ${minSecretLength} characters`;
  return redacted.includes(value.trim()) ? "it is a word that stands in for secrets" : null;
}
