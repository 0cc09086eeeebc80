/** The vault and its dialogs. */
import { plural } from "./amounts.ts";

export const vaultTexts = {
  vault: {
    title: "Vault",
    what: "The secrets",
    intro: "Tokens, passwords and keys for agents. A value goes in and is never shown again.",
    promise: "Values are kept encrypted, given to the groups that you choose, and taken out of what agents say.",
    toAudit: "See who did what.",
    closed: { off: "The vault is off", locked: "The vault is locked" },
    noKey: "It needs a key, which only you have. Choose one of these ways:",
    waysToOpen: [
      {
        what: "PRAKTOR_VAULT_PASSPHRASE",
        how: "set a passphrase of 12 characters or more in Praktor's environment and start it again.",
      },
      {
        what: "docker compose up -d",
        how: "with Docker Compose, put the line PRAKTOR_VAULT_PASSPHRASE=… into .env beside compose.yaml first.",
      },
      {
        what: "praktor vault create-key",
        how: "make a key file, name it in PRAKTOR_VAULT_KEY_FILE and start Praktor again.",
      },
    ],
    add: "Add a secret",
    emptyTitle: "No secrets yet",
    empty: "Keep a token here and give it to a group: its agent can use it, and nobody sees it.",
    since: (when: string) => (when === "now" ? "set just now" : `set ${when}`),
    nobody: "No group has it yet.",
    groupsOf: (name: string) => `Groups that have ${name}`,
    as: { env: "as variable", file: "as file" },
    target: (delivery: "env" | "file", target: string) =>
      delivery === "env" ? `$${target}` : `$PRAKTOR_SECRETS/${target}`,
    setAbout:
      "Nobody can read it here afterwards, only replace it. Its agents use the new value from their next start.",
    name: "Name",
    nameHint: "Letters, digits, '_', '.' or '-'. A secret of this name that is there already gets the new value.",
    nameInvalid: "It begins with a letter or '_' and holds letters, digits, '_', '.' or '-'.",
    value: "Value",
    valueHint: "At least 6 characters. A line break after a single line is left out; several lines stay as they are.",
    valueShort: (missing: number) =>
      `It needs at least 6 characters, ${missing} more: what is shorter could not be kept out of answers.`,
    newSecret: "The secret",
    show: "Show",
    hide: "Hide",
    keep: "Save",
    keeping: "Saving…",
    kept: (name: string) => `${name} is saved.`,
    keepFailed: (name: string) => `${name} was not saved`,
    replace: "New value",
    replaceOf: (name: string) => `New value of ${name}`,
    assign: "Give to a group",
    assigning: "Giving…",
    assignOf: (name: string) => `Give ${name} to a group`,
    assignAbout: "Its agent can use it for whatever it is told, also by a web page that it reads. Give what it needs.",
    noGroups: "There are no groups yet. One appears when somebody writes to the bot.",
    group: "Group",
    hasIt: (name: string) => `${name} (has it; this changes how)`,
    how: "How it is given",
    delivery: { env: "As an environment variable", file: "As a file" },
    deliveryAbout: {
      env: "For tokens that programs look for in their environment.",
      file: "For keys and certificates. It lies in the sandbox's memory, not among the group's files.",
    },
    targetLabel: { env: "Name of the variable", file: "Name of the file" },
    targetHint: (target: string) => `The agent finds it as ${target}`,
    targetInvalid: {
      env: "A variable's name begins with a letter or '_' and holds letters, digits and '_'.",
      file: "A file's name begins with a letter or '_' and holds letters, digits, '_', '.' or '-'.",
    },
    assigned: (name: string, group: string) => `${group} has ${name} now.`,
    assignFailed: (name: string, group: string) => `${name} was not given to ${group}`,
    take: "Take away",
    takeSure: "Take away for sure",
    takeOf: (name: string, group: string) => `${name} from ${group}`,
    taken: (name: string, group: string) => `${group} does not have ${name} any more.`,
    takeFailed: (name: string, group: string) => `${name} was not taken from ${group}`,
    delete: "Delete",
    deleteOf: (name: string) => `Delete ${name}`,
    deleteTitle: (name: string) => `Delete ${name}?`,
    deleteBody: (groups: readonly string[]) =>
      groups.length === 0
        ? "Nobody can bring its value back."
        : `Nobody can bring its value back. These groups lose it: ${groups.join(", ")}.`,
    deleteConfirm: "Delete for good",
    deleting: "Deleting…",
    deleted: (name: string) => `${name} is deleted.`,
    deleteFailed: (name: string) => `${name} was not deleted`,
    restarts: (now: number, later: number) =>
      [
        now === 0 ? "" : `${plural(now, "agent", "agents")} restarted.`,
        later === 0 ? "" : `${plural(later, "agent restarts", "agents restart")} after the present work.`,
      ]
        .filter((text) => text !== "")
        .join(" "),
  },
};
