// Runs both simulators until SIGINT or SIGTERM: `npm run simulate -- --telegram-port P --messages-port P`.

import { once } from "node:events";
import { parseArgs } from "node:util";
import * as z from "zod";
import { MessagesSimulator } from "./messages/messages-simulator.ts";
import { TelegramSimulator } from "./telegram/telegram-simulator.ts";

const usage =
  "Usage: npm run simulate -- [--telegram-port P] [--messages-port P] [--host H] [--token T] [--key K] [--seed N]";
const port = z.coerce.number().int().min(0).max(65_535);
const Options = z.object({
  "telegram-port": port.default(0),
  "messages-port": port.default(0),
  host: z.string().default("127.0.0.1"),
  token: z.string().optional(),
  key: z.string().optional(),
  seed: z.coerce.number().int().default(1),
});

function readOptions(): z.infer<typeof Options> | null {
  try {
    const text = { type: "string" } as const;
    const options = { "telegram-port": text, "messages-port": text, host: text, token: text, key: text, seed: text };
    return Options.parse(parseArgs({ options }).values);
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    process.stderr.write(`${problem}\n${usage}\n`);
    process.exitCode = 2;
    return null;
  }
}

const stopping = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stopping.abort());

async function simulate(settings: z.infer<typeof Options>): Promise<void> {
  const { host, token, key, seed } = settings;
  await using telegram = new TelegramSimulator({
    port: settings["telegram-port"],
    host,
    seed,
    ...(token === undefined ? {} : { token }),
  });
  await using messages = new MessagesSimulator({
    port: settings["messages-port"],
    host,
    seed,
    ...(key === undefined ? {} : { expectedKey: key }),
  });
  await telegram.start(stopping.signal);
  await messages.start(stopping.signal);
  process.stdout.write(
    `${JSON.stringify({ telegram: { url: telegram.url, token: telegram.token }, messages: { url: messages.url }, pid: process.pid })}\n`,
  );
  if (!stopping.signal.aborted) await once(stopping.signal, "abort");
}

const wanted = readOptions();
if (wanted) await simulate(wanted);
