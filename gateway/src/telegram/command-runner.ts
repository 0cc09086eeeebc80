/** Carries out a command and says what came of it, as Markdown. */
import type { TelegramAddress } from "@praktor/protocol/address";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import type { Words } from "./buttons.ts";
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
  logger: Logger;
}

export interface CommandCall {
  name: CommandName;
  argument: string;
  conversationId: string;
  address: TelegramAddress;
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
        return `/${call.name} is for the main group's chat, because it is about all groups.`;
      }
      return await this.#run(call);
    } catch (error) {
      const { conversationId, name } = call;
      logger.error({ conversationId, command: name, error: errorMessage(error) }, "a command failed");
      return `⚠️ /${name} failed: ${errorMessage(error)}`;
    }
  }

  async #run({ name, argument, conversationId, address }: CommandCall): Promise<Words> {
    const { ports, verbosity } = this.#options;
    switch (name) {
      case "start":
        return `Hello, I am Praktor.\n\n${await this.#help(conversationId)}`;
      case "help":
        return await this.#help(conversationId);
      case "status":
        return await ports.status(conversationId);
      case "tasks":
        return await ports.tasks(conversationId);
      case "stop":
        return (await ports.stop(conversationId)) ?? "There is nothing to stop.";
      case "new":
        await ports.newSession(conversationId);
        return "🆕 A new conversation begins with your next message. Files and memory stay.";
      case "swarm":
        return await ports.swarm(conversationId, argument);
      case "usage":
        return await ports.usage(conversationId);
      case "model":
        return await ports.model(conversationId, argument);
      case "verbose":
        return await verbosity.command(address, argument);
      case "groups":
        return await ports.groups();
      case "agents":
        return await ports.agents();
      case "pair":
        return await this.#pair();
      default:
        return name satisfies never;
    }
  }

  async #help(conversationId: string): Promise<string> {
    return (await this.#options.ports.isMain(conversationId)) ? `${helpText}\n\n${mainHelpText}` : helpText;
  }

  async #pair(): Promise<string> {
    const { pairing, botUsername } = this.#options;
    if (!pairing) return "Pairing is switched off here.";
    return pairingWords(await pairing.offer(), botUsername);
  }
}
