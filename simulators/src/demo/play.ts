/** Plays the demo's conversation at the simulated Telegram and checks every answer. */
import { z } from "zod";
import { isStatus } from "../telegram/is-status.ts";
import type { TelegramSimulator } from "../telegram/telegram-simulator.ts";
import { team } from "./team.ts";
import { file, talks, type Line, type Talk } from "./conversation.ts";

export interface Played {
  talk: Talk;
  line: Line;
  answer: string;
  /** From the person's message to the answer at Telegram. */
  tookMs: number;
}

const answerTimeoutMs = 60_000;
const Listing = z.object({ entries: z.array(z.object({ path: z.string(), sizeBytes: z.number() })) });

/** Both groups talk at the same time. Rejects when an answer is not what it must be. */
export async function playConversation(telegram: TelegramSimulator, onPlayed: (played: Played) => void): Promise<void> {
  await Promise.all(
    talks.map(async (talk) => {
      for (const line of talk.lines) {
        const startedAt = performance.now();
        const before = telegram.sequence;
        telegram.userSays({ chatId: talk.chatId, userId: talk.chatId, firstName: talk.person, text: line.says });
        const answer = await telegram.waitForMessage(({ chatId, text }) => chatId === talk.chatId && !isStatus(text), {
          since: before,
          timeoutMs: answerTimeoutMs,
        });
        if (!line.expects.test(answer.text)) {
          throw new Error(
            `«${line.says}» was answered «${answer.text}», which does not match ${String(line.expects)}.`,
          );
        }
        onPlayed({ talk, line, answer: answer.text, tookMs: Math.round(performance.now() - startedAt) });
      }
    }),
  );
}

/** Reads Grace's file over the page's API; rejects when it is not there. */
export async function checkFile(web: string): Promise<{ path: string; content: string; tookMs: number }> {
  const startedAt = performance.now();
  const folder = file.path.slice(0, file.path.lastIndexOf("/"));
  const listing = Listing.parse(
    await getJson(`${web}/api/groups/${file.chatId}/files?path=${encodeURIComponent(folder)}`),
  );
  if (!listing.entries.some((entry) => entry.path === file.path))
    throw new Error(`The page does not list ${file.path}.`);
  const answer = await fetch(`${web}/api/groups/${file.chatId}/files/content?path=${encodeURIComponent(file.path)}`);
  const content = await answer.text();
  if (!answer.ok || !content.includes(file.contains)) throw new Error(`The page shows ${file.path} as «${content}».`);
  return { path: file.path, content, tookMs: Math.round(performance.now() - startedAt) };
}

/** Starts the demo's team; where the page shows it at work. */
export async function startTeam(web: string): Promise<string> {
  const answer = await fetch(`${web}/api/swarms`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(team),
  });
  if (!answer.ok) throw new Error(`The team was not started: ${await answer.text()}`);
  const { id } = z.object({ id: z.string() }).parse(await answer.json());
  return `${web}/swarms/${id}`;
}

async function getJson(url: string): Promise<unknown> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return await answer.json();
}
