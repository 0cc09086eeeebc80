/** `praktor vault`: secrets that are given to groups, without ever standing in an argument. */
import { RevealedSecret, VaultChange, VaultView, type VaultOrder } from "@praktor/protocol/vault";
import { Option, type Command } from "commander";
import { z } from "zod";
import { loadSettings } from "../config/load-settings.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import { createKeyFile } from "../vault/key-file.ts";
import { checkName } from "../vault/secret-rules.ts";
import { readNewPassphrase, readSecret } from "./read-secret.ts";

interface Shown {
  json?: boolean;
}

export function addVaultCommand(program: Command): void {
  const vault = program
    .command("vault")
    .description("keep secrets, and give them to groups as environment variables or files")
    .addHelpText(
      "after",
      `
The vault opens with PRAKTOR_VAULT_PASSPHRASE, or with the key file that PRAKTOR_VAULT_KEY_FILE names.
Values are read from standard input or asked for, never taken from the command line.

  praktor vault set GITHUB_TOKEN < token.txt
  praktor vault assign GITHUB_TOKEN my-group
  praktor vault assign ssh_key my-group --file`,
    );
  addReading(vault);
  addChanging(vault);
  addKeys(vault);
}

function addReading(vault: Command): void {
  vault
    .command("list")
    .description("show the secrets' names, dates and groups")
    .addOption(asJson())
    .action(async ({ json }: Shown) => {
      const view = await ask({ type: "view" }, VaultView);
      if (json === true) return print(JSON.stringify(view, null, 2));
      if (view.reason !== null) print(view.reason);
      if (view.state !== "off" && view.secrets.length === 0) print("No secrets.");
      for (const secret of view.secrets) print(lineOf(secret));
    });
  vault
    .command("get <name>")
    .description("show what is known of a secret; its value only with --reveal, at a terminal")
    .option("--reveal", "print the value itself; kept in the audit log")
    .addOption(asJson())
    .action(async (name: string, { reveal, json }: Shown & { reveal?: boolean }) => {
      if (reveal === true) {
        // A pipe ends in files and logs; whoever wants that can script the terminal.
        if (!process.stdout.isTTY) throw new PraktorError("denied", "A value is printed at a terminal only.");
        return print((await ask({ type: "reveal", name }, RevealedSecret)).value);
      }
      const secret = (await ask({ type: "view" }, VaultView)).secrets.find((one) => one.name === name);
      if (!secret) throw new PraktorError("not_found", `There is no secret ${name}.`);
      print(json === true ? JSON.stringify(secret, null, 2) : lineOf(secret));
    });
}

function addChanging(vault: Command): void {
  vault
    .command("set <name>")
    .description("keep a secret, or replace its value")
    .option("--exact", "take standard input as it is, with the line break at its end")
    .addOption(asJson())
    // The parser would repeat what it refuses, and that may be the value.
    .allowExcessArguments()
    .allowUnknownOption()
    .action(async (name: string, { exact, json }: Shown & { exact?: boolean }, { args }: Command) => {
      if (args.length > 1) throw onCommandLine("value", "`praktor vault set NAME < file`");
      checkName(name);
      const value = await readSecret(`Value of ${name}`, exact);
      say(json, `Kept ${name}.`, await ask({ type: "set", name, value }, VaultChange));
    });
  vault
    .command("delete <name>")
    .description("forget a secret, and take it from every group")
    .addOption(asJson())
    .action(async (name: string, { json }: Shown) => {
      say(json, `Deleted ${name}.`, await ask({ type: "delete", name }, VaultChange));
    });
  vault
    .command("assign <name> <group>")
    .description("give a secret to a group (by its id)")
    .option("--file", "as a file in the sandbox's memory; otherwise as an environment variable")
    .option("--name <target>", "under another name")
    .addOption(asJson())
    .action(
      async (name: string, group: string, { file, name: target, json }: Shown & { file?: boolean; name?: string }) => {
        const delivery = file === true ? "file" : "env";
        const order = { type: "assign", name, group, delivery, ...(target === undefined ? {} : { target }) } as const;
        say(
          json,
          `Group ${group} is given ${name} as ${file === true ? "the file" : "the variable"} ${target ?? name}.`,
          await ask(order, VaultChange),
        );
      },
    );
  vault
    .command("unassign <name> <group>")
    .description("take a secret from a group")
    .addOption(asJson())
    .action(async (name: string, group: string, { json }: Shown) => {
      say(json, `Group ${group} has ${name} no longer.`, await ask({ type: "unassign", name, group }, VaultChange));
    });
}

function addKeys(vault: Command): void {
  vault
    .command("rotate")
    .description("put all secrets under a new key: a new passphrase, or a new key file in the old one's place")
    .addOption(asJson())
    .allowExcessArguments()
    .allowUnknownOption()
    .action(async ({ json }: Shown, { args }: Command) => {
      if (args.length > 0) throw onCommandLine("passphrase", "`praktor vault rotate < file`");
      const { vault: key } = await loadSettings(process.env);
      const byFile = key.key_file !== undefined;
      await ask({ type: "rotate", passphrase: byFile ? null : await readNewPassphrase() }, z.object({}));
      if (json === true) return print(JSON.stringify({ rotated: true }));
      print(
        byFile
          ? "All secrets are under a new key; the key file was replaced. Back it up."
          : "All secrets are under the new passphrase. Set PRAKTOR_VAULT_PASSPHRASE to it before the next start.",
      );
    });
  vault
    .command("create-key [file]")
    .description("make a key file (mode 0600), by default the one that PRAKTOR_VAULT_KEY_FILE names")
    .action(async (file: string | undefined) => {
      const path = file ?? (await loadSettings(process.env)).vault.key_file;
      if (path === undefined) throw new PraktorError("invalid", "Name a file, or set PRAKTOR_VAULT_KEY_FILE.");
      await createKeyFile(path);
      print(`Made ${path}. Whoever has it and the database can read the secrets; without it nobody can.`);
    });
}

async function ask<Answer>(order: VaultOrder, answer: z.ZodType<Answer>): Promise<Answer> {
  // Loaded only by who needs it: the other commands start faster.
  const { askVault } = await import("../ask-vault.ts");
  return await askVault(await loadSettings(process.env), order, answer);
}

function onCommandLine(what: string, call: string): PraktorError {
  return new PraktorError("invalid", `A ${what} is not taken from the command line; nothing was changed.`, {
    hint: `Pipe it in (${call}), or leave it out and be asked. If one stood there, the shell's history has it now: change it.`,
  });
}

function asJson(): Option {
  return new Option("--json", "print JSON");
}

function lineOf({ name, updated, groups }: VaultView["secrets"][number]): string {
  const given = groups.map(({ group_id: id, delivery, target }) => `${id} (${delivery} ${target})`).join(", ");
  return `${name}  changed ${updated.slice(0, 16).replace("T", " ")}  ${given === "" ? "given to nobody" : `given to ${given}`}`;
}

function say(json: boolean | undefined, sentence: string, change: VaultChange): void {
  if (json === true) return print(JSON.stringify(change));
  print(sentence);
  if (change.restarted.length > 0) print(`Sandboxes that were idle start anew: ${change.restarted.join(", ")}.`);
  if (change.restart_later.length > 0) {
    print(`These work now, and start anew with it when they are done: ${change.restart_later.join(", ")}.`);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
