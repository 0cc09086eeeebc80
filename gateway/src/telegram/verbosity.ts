/** How much a chat wants to see of a turn while it runs: `/verbose`. */
import type { TelegramAddress } from "@praktor/protocol/address";
import type { SettingStore } from "../store/contract/setting-store.ts";
import { changed, onlyWords, refused, type CommandAnswer } from "./command-audit.ts";

/** 0: only typing. 1: the tool and the time. 2: the last steps with what they were given. */
export type VerbosityLevel = 0 | 1 | 2;

const usualLevel: VerbosityLevel = 1;
const meanings: Record<VerbosityLevel, string> = {
  0: "I show nothing while I work, only “typing…”",
  1: "I show which tool works, and for how long",
  2: "I show every step with its input",
};

export class Verbosity {
  readonly #settings: Pick<SettingStore, "get" | "set">;

  constructor(settings: Pick<SettingStore, "get" | "set">) {
    this.#settings = settings;
  }

  async level(address: TelegramAddress): Promise<VerbosityLevel> {
    return parseLevel((await this.#settings.get(keyOf(address))) ?? "") ?? usualLevel;
  }

  /** The answer to the command, as Markdown. */
  async command(address: TelegramAddress, argument: string): Promise<CommandAnswer> {
    if (argument === "") return onlyWords(words(await this.level(address)));
    const wanted = parseLevel(argument);
    if (wanted === null) return refused("Write `/verbose 0`, `/verbose 1` or `/verbose 2`.", "no such level");
    await this.#settings.set(keyOf(address), String(wanted));
    return changed(words(wanted), { detail: `level ${wanted}` });
  }
}

function words(level: VerbosityLevel): string {
  return `Level ${level}: ${meanings[level]}. \`/verbose 0\`, \`1\` or \`2\` changes it.`;
}

function keyOf({ chatId, topicId }: TelegramAddress): string {
  return `telegram.verbose.${chatId}${topicId === undefined ? "" : `/${topicId}`}`;
}

function parseLevel(text: string): VerbosityLevel | null {
  return text === "0" ? 0 : text === "1" ? 1 : text === "2" ? 2 : null;
}
