/**
 * Where the command line speaks to the running gateway: a Unix socket beside the database. Whoever may open the database's folder may
 * use it, nobody else, so it needs no password and works with the page switched off.
 */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, rm } from "node:fs/promises";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { dirname, join, resolve } from "node:path";
import { PairingOffer } from "@praktor/protocol/pairing";
import { ErrorBody } from "@praktor/protocol/rest";
import { VaultOrder } from "@praktor/protocol/vault";
import { z } from "zod";
import type { Logger } from "./kit/logger.ts";
import { errorMessage, PraktorError } from "./kit/praktor-error.ts";

/** What of the container engine's things is this installation's: those with its label, and of these folders. */
export const Belongings = z.object({ install: z.string(), folders: z.array(z.string()) });
export type Belongings = z.infer<typeof Belongings>;

/** What the command line has done by itself. */
export const DoneCommand = z.object({
  action: z.literal("doctor.fix"),
  outcome: z.enum(["ok", "failed"]),
  target: z.string().max(200),
  detail: z.string().max(2_000),
});
export type DoneCommand = z.infer<typeof DoneCommand>;

export interface LocalControlOptions {
  storePath: string;
  logger: Logger;
  /** Rejects with a `PraktorError` where people cannot be paired. */
  offerPairing: () => Promise<PairingOffer>;
  /** Rejects with what is wrong with it. */
  vault: (order: VaultOrder) => Promise<unknown>;
  belongings: () => Promise<Belongings>;
  /** Puts it into the audit log. */
  keep: (done: DoneCommand) => void;
}

const askTimeoutMs = 30_000;
/** A secret of 64 KB, each character written as an escape. */
const maxBodyBytes = 512 * 1024;

export function controlSocketPath(storePath: string): string {
  return join(dirname(resolve(storePath)), "praktor.sock");
}

export class LocalControl implements AsyncDisposable {
  readonly #options: LocalControlOptions;
  #server: Server | null = null;

  constructor(options: LocalControlOptions) {
    this.#options = options;
  }

  /** Never rejects: without the socket only the command line is poorer. */
  async start(signal: AbortSignal): Promise<void> {
    const { storePath, logger } = this.#options;
    const path = controlSocketPath(storePath);
    const server = createServer((incoming, outgoing) => void this.#serve(incoming, outgoing));
    try {
      // Left by a life that was killed. Only one gateway works on a database.
      await rm(path, { force: true });
      server.listen(path);
      await once(server, "listening", { signal });
      await chmod(path, 0o600);
      this.#server = server;
    } catch (error) {
      server.close();
      logger.warn({ path, error: errorMessage(error) }, "the command line cannot reach this gateway: no socket");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { status, body } = await this.#answer(incoming);
    outgoing.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  async #answer(incoming: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const { method, url } = incoming;
    try {
      if (method === "POST" && url === "/pair") return { status: 201, body: await this.#options.offerPairing() };
      if (method === "POST" && url === "/belongings") return { status: 200, body: await this.#options.belongings() };
      if (method === "POST" && url === "/vault") {
        const order = VaultOrder.safeParse(parsed(await readAll(incoming, maxBodyBytes)));
        if (!order.success) return failed(400, "invalid", "The order is not valid.");
        return { status: 200, body: await this.#options.vault(order.data) };
      }
      if (method === "POST" && url === "/audit") {
        const done = DoneCommand.safeParse(parsed(await readAll(incoming, maxBodyBytes)));
        if (!done.success) return failed(400, "invalid", "What was done is not valid.");
        this.#options.keep(done.data);
        return { status: 200, body: {} };
      }
      return failed(404, "not_found", `There is no ${method} ${url} here.`);
    } catch (error) {
      return error instanceof PraktorError
        ? failed(409, error.code, error.sentence)
        : failed(500, "failed", errorMessage(error));
    }
  }
}

export async function askForPairing(storePath: string): Promise<PairingOffer> {
  return await askGateway(storePath, "/pair", null, PairingOffer);
}

/** The command line's side. Rejects with `not_running`, `not_installed` where no gateway ever ran, or with what the gateway said. */
export async function askGateway<Answer>(
  storePath: string,
  path: "/pair" | "/vault" | "/belongings" | "/audit",
  question: unknown,
  answer: z.ZodType<Answer>,
): Promise<Answer> {
  const socketPath = controlSocketPath(storePath);
  const signal = AbortSignal.timeout(askTimeoutMs);
  try {
    const { promise, resolve: answered, reject } = Promise.withResolvers<IncomingMessage>();
    const asked = request({ socketPath, method: "POST", path, signal }, answered).once("error", reject);
    asked.end(question === null ? "" : JSON.stringify(question));
    const incoming = await promise;
    const body: unknown = JSON.parse(await readAll(incoming, Infinity));
    if ((incoming.statusCode ?? 500) < 300) return answer.parse(body);
    const { error } = ErrorBody.parse(body);
    throw new PraktorError(error.code, error.message);
  } catch (error) {
    if (error instanceof PraktorError) throw error;
    if (!existsSync(storePath)) throw nothingHere(storePath);
    throw new PraktorError("not_running", `No gateway answers at ${socketPath}: ${errorMessage(error)}`, {
      hint: "Start it with `praktor gateway`, and use the same settings here (store.path).",
      cause: error,
    });
  }
}

function nothingHere(storePath: string): PraktorError {
  return new PraktorError("not_installed", `There is no Praktor here yet: no database at ${resolve(storePath)}.`, {
    hint: "Start it once with `praktor gateway` (`npm start` in a clone), or call this where it runs and with its settings (PRAKTOR_CONFIG, store.path).",
  });
}

async function readAll(message: IncomingMessage, maxLength: number): Promise<string> {
  message.setEncoding("utf8");
  let text = "";
  for await (const piece of message) {
    text += String(piece);
    if (text.length > maxLength) throw new PraktorError("too_large", "This is too large to be sent here.");
  }
  return text;
}

/** Undefined where it is no JSON: the engine's own words would quote a piece of it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failed(status: number, code: string, message: string): { status: number; body: ErrorBody } {
  return { status, body: { error: { code, message } } };
}
