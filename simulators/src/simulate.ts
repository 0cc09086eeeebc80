// Runs both simulators until SIGINT or SIGTERM: `npm run simulate -- --telegram-port P --messages-port P`.

import { once } from "node:events";
import { parseArgs } from "node:util";
import * as z from "zod";
import { MessagesSimulator } from "./messages/messages-simulator.ts";
import { TelegramSimulator } from "./telegram/telegram-simulator.ts";

const port = z.coerce.number().int().min(0).max(65_535);
const settings = z
  .object({
    "telegram-port": port.default(0),
    "messages-port": port.default(0),
    host: z.string().default("127.0.0.1"),
    token: z.string().optional(),
    key: z.string().optional(),
    seed: z.coerce.number().int().default(1),
  })
  .parse(
    parseArgs({
      options: {
        "telegram-port": { type: "string" },
        "messages-port": { type: "string" },
        host: { type: "string" },
        token: { type: "string" },
        key: { type: "string" },
        seed: { type: "string" },
      },
    }).values,
  );

const stopping = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stopping.abort());

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
