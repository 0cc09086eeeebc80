/** Tells Telegram the commands: one menu for everybody, a longer one for the main group's chat. */
import type { TelegramAddress } from "@praktor/protocol/address";
import type { Api } from "grammy";
import { deadline } from "../kit/deadline.ts";
import { commandMenu, mainCommandMenu } from "./commands.ts";

const timeoutMs = 30_000;

/** Rejects as the Api does. */
export async function registerMenus(api: Api, mainChat: TelegramAddress | null, signal: AbortSignal): Promise<void> {
  await api.raw.setMyCommands({ commands: [...commandMenu] }, deadline(signal, timeoutMs) as never);
  if (mainChat === null) return;
  await api.raw.setMyCommands(
    { commands: [...commandMenu, ...mainCommandMenu], scope: { type: "chat", chat_id: mainChat.chatId } },
    deadline(signal, timeoutMs) as never,
  );
}
