/** Carries out a command and says what came of it, as Markdown. */
import type { TelegramAddress } from "@praktor/protocol/address";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import type { Audit } from "../kit/audit.ts";
import type { Words } from "./buttons.ts";
import {
  changed,
  commandActions,
  onlyWords,
  refused,
  type CommandAnswer,
  type CommandChange,
} from "./command-audit.ts";
import { type CommandName, helpText, isMainCommand, mainHelpText } from "./commands.ts";
import type { Pairing } from "./pairing.ts";
import { pairingWords } from "./pairing-words.ts";
import type { TelegramPorts } from "./telegram-ports.ts";
import type { Verbosity } from "./verbosity.ts";

// The poll loop waits for a command, and with it every chat.
const patienceMs = 5_000;

export interface CommandRunnerOptions {
  ports: TelegramPorts;
  verbosity: Verbosity;
  pairing: Pick<Pairing, "offer"> | undefined;
  botUsername: string;
  audit: Audit;
  logger: Logger;
}

export interface CommandCall {
  name: CommandName;
  argument: string;
  conversationId: string;
  groupId: string;
  address: TelegramAddress;
  /** Telegram's id of who wrote it. */
  userId: string;
}

export class CommandRunner {
  readonly #options: CommandRunnerOptions;

  constructor(options: CommandRunnerOptions) {
    this.#options = options;
  }

  /** Never rejects: a failure becomes the answer. A command may run twice when the gateway dies before its answer is stored. */
  async run(call: CommandCall): Promise<Words> {
    const { promise: patience, resolve } = Promise.withResolvers<string>();
    const timer = setTimeout(() => resolve(`⏳ /${call.name} takes longer than usual; I go on with it.`), patienceMs);
    try {
      return await Promise.race([this.#guarded(call), patience]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #guarded(call: CommandCall): Promise<Words> {
    const { ports, logger } = this.#options;
    try {
      if (isMainCommand(call.name) && !(await ports.isMain(call.conversationId))) {
        this.#keep(call, { outcome: "refused", detail: "not in the main group's chat" });
        return `/${call.name} is for the main group's chat, because it is about all groups.`;
      }
      const { words, changes } = await this.#run(call);
      for (const change of changes) this.#keep(call, change);
      return words;
    } catch (error) {
      const { conversationId, name } = call;
      logger.error({ conversationId, command: name, error: errorMessage(error) }, "a command failed");
      this.#keep(call, { outcome: "failed", detail: errorMessage(error) });
      return `⚠️ /${name} failed: ${errorMessage(error)}`;
    }
  }

  #keep({ name, groupId, userId }: CommandCall, { action, ...change }: CommandChange): void {
    const usual = commandActions[name];
    if (usual === null) return;
    const actor = { type: "person", id: `telegram:${userId}` } as const;
    this.#options.audit.record({ actor, action: action ?? usual, groupId, ...change });
  }

  async #run({ name, argument, conversationId, address }: CommandCall): Promise<CommandAnswer> {
    const { ports, verbosity } = this.#options;
    switch (name) {
      case "start":
        return onlyWords(`Hello, I am Praktor.\n\n${await this.#help(conversationId)}`);
      case "help":
        return onlyWords(await this.#help(conversationId));
      case "status":
        return onlyWords(await ports.status(conversationId));
      case "tasks":
        return onlyWords(await ports.tasks(conversationId));
      case "stop": {
        const stopped = await ports.stop(conversationId);
        return stopped === null ? onlyWords("There is nothing to stop.") : changed(stopped);
      }
      case "new":
        await ports.newSession(conversationId);
        return changed("🆕 A new session begins with your next message. Files and memory stay.");
      case "swarm":
        return await ports.swarm(conversationId, argument);
      case "usage":
        return onlyWords(await ports.usage(conversationId));
      case "model":
        return await ports.model(conversationId, argument);
      case "verbose":
        return await verbosity.command(address, argument);
      case "groups":
        return onlyWords(await ports.groups());
      case "agents":
        return onlyWords(await ports.agents());
      case "pair":
        return await this.#pair();
      default:
        return name satisfies never;
    }
  }

  async #help(conversationId: string): Promise<string> {
    return (await this.#options.ports.isMain(conversationId)) ? `${helpText}\n\n${mainHelpText}` : helpText;
  }

  async #pair(): Promise<CommandAnswer> {
    const { pairing, botUsername } = this.#options;
    if (!pairing) return refused("Pairing is switched off here.", "pairing is off");
    return changed(pairingWords(await pairing.offer(), botUsername));
  }
}
