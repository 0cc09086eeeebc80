/** Carries out a command and says what came of it, as Markdown. */
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import { type CommandName, helpText } from "./commands.ts";
import type { TelegramPorts } from "./telegram-ports.ts";

// The poll loop waits for a command, and with it every chat.
const patienceMs = 5_000;

export class CommandRunner {
  readonly #ports: Pick<TelegramPorts, "stop" | "newSession" | "status" | "tasks">;
  readonly #logger: Logger;

  constructor(ports: Pick<TelegramPorts, "stop" | "newSession" | "status" | "tasks">, logger: Logger) {
    this.#ports = ports;
    this.#logger = logger;
  }

  /** Never rejects: a failure becomes the answer. A command may run twice when the gateway dies before its answer is stored. */
  async run(name: CommandName, conversationId: string): Promise<string> {
    const { promise: patience, resolve } = Promise.withResolvers<string>();
    const timer = setTimeout(() => resolve(`⏳ /${name} takes longer than usual; I go on with it.`), patienceMs);
    try {
      return await Promise.race([this.#run(name, conversationId), patience]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #run(name: CommandName, conversationId: string): Promise<string> {
    try {
      switch (name) {
        case "start":
          return `Hello, I am Praktor.\n\n${helpText}`;
        case "help":
          return helpText;
        case "status":
          return await this.#ports.status(conversationId);
        case "tasks":
          return await this.#ports.tasks(conversationId);
        case "stop":
          return (await this.#ports.stop(conversationId)) ?? "There is nothing to stop.";
        case "new":
          await this.#ports.newSession(conversationId);
          return "🆕 A new conversation begins with your next message. Files and memory stay.";
        default:
          return name satisfies never;
      }
    } catch (error) {
      this.#logger.error({ conversationId, command: name, error: errorMessage(error) }, "a command failed");
      return `⚠️ /${name} failed: ${errorMessage(error)}`;
    }
  }
}
