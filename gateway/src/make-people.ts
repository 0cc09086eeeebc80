/** Who may talk, where they do, and the desk that lets them in and removes them. */
import { errorMessage } from "./kit/praktor-error.ts";
import { makeTelegram, type TelegramParts } from "./make-telegram.ts";
import { PeopleDesk } from "./people-desk.ts";
import type { Settings } from "./config/schema.ts";
import type { Swarms } from "./swarm/swarms.ts";
import { Channels } from "./telegram/channels.ts";
import { Pairing } from "./telegram/pairing.ts";
import type { TelegramBot } from "./telegram/telegram-bot.ts";

export interface PeopleParts extends Omit<TelegramParts, "pairing" | "channels" | "swarms"> {
  swarms: Swarms;
  commands: TelegramParts["swarms"];
  /** Says something in a group's chat. */
  tell: (groupId: string, text: string) => Promise<void>;
}

export interface People {
  /** Null without a token: the bot is off. */
  telegram: TelegramBot | null;
  pairing: Pairing;
  desk: PeopleDesk;
  /** Before the bot listens: ends what people have begun whom the settings named before, and name no longer. Never rejects. */
  settingsRead: () => Promise<void>;
}

export async function makePeople(settings: Settings, parts: PeopleParts): Promise<People> {
  const { store, clock, audit, log, tasks, assistant, swarms, commands, tell } = parts;
  const { allow_from: allowFrom } = settings.telegram;
  const { main_chat_id: mainChatId } = settings.groups;
  const pairing = await Pairing.load(store.settings, clock, { allowFrom, mainChatId }, audit);
  const channels = await Channels.load(store.settings, clock, audit);
  const telegram = makeTelegram(settings, { ...parts, pairing, channels, swarms: commands });
  const desk = new PeopleDesk({
    pairing,
    channels,
    allowFrom,
    store,
    tasks,
    swarms,
    assistant,
    audit,
    logger: log,
    tellMain: async (markdown, unless) => {
      const main = (await store.groups.list()).find(({ isMain }) => isMain);
      if (main && !unless(main.id)) await tell(main.id, markdown);
    },
  });
  const settingsRead = async (): Promise<void> => {
    // Without a bot nobody is asked for, and an empty list says nothing of anybody.
    if (!telegram) return;
    if (allowFrom.length === 0) {
      log.warn(
        {},
        "telegram.allow_from is empty: only people who pair with a code (`praktor pair`) may write to the bot.",
      );
    }
    // Whoever is left out is not answered in any case; what could not be ended now is tried by the next start.
    await desk.settingsRead().catch((error: unknown) => {
      log.error({ error: errorMessage(error) }, "what people who were removed had begun could not be ended");
    });
  };
  return { telegram, pairing, desk, settingsRead };
}
