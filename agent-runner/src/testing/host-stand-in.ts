/** Plays the gateway for tests: NATS server, sandbox endpoint with model proxy, and the host's side of every subject. */
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { text } from "node:stream/consumers";
import { encodeUser } from "@nats-io/jwt";
import { jwtAuthenticator, type NatsConnection } from "@nats-io/nats-core";
import { createAccount, createUser } from "@nats-io/nkeys";
import { connect } from "@nats-io/transport-node";
import { NatsServer, jwtAuthenticator as jwtAccess } from "@praktor/nats-server";
import { AgentControlReply, type AgentControl } from "@praktor/protocol/agent-control";
import { AgentInputReply, type AgentInput } from "@praktor/protocol/agent-input";
import { AgentOutput, type FactOutput, type FactReply, type LiveOutput } from "@praktor/protocol/agent-output";
import type { IpcReply } from "@praktor/protocol/ipc";
import { CredentialRequest, secretsPath } from "@praktor/protocol/sandbox-endpoint";
import * as subjects from "@praktor/protocol/subjects";
import { MessagesSimulator } from "@praktor/simulators/messages/messages-simulator";

export interface HostStandInOptions {
  groupId: string;
  sandboxId: string;
  token: string;
  jwtLifeMs?: number;
}

/** `start` brings everything up; `goDown` and `comeUp` are a restart of the gateway on the same ports. */
export class HostStandIn implements AsyncDisposable {
  readonly model = new MessagesSimulator();
  readonly facts: FactOutput[] = [];
  readonly live: LiveOutput[] = [];
  readonly ipc: unknown[] = [];
  readonly uploads = new Map<string, string>();
  readonly downloads = new Map<string, string>();
  readyCount = 0;
  credentialCount = 0;
  jwtLifeMs: number;
  /** Decides on each fact; undefined gives no reply at all. */
  onFact: (fact: FactOutput) => FactReply | undefined = () => ({ status: "committed" });
  onIpc: (request: unknown) => IpcReply = () => ({ ok: true });
  readonly #options: HostStandInOptions;
  readonly #account = createAccount();
  #nats: NatsServer | null = null;
  #http: Server | null = null;
  #connection: NatsConnection | null = null;
  #natsPort = 0;
  #httpPort = 0;

  constructor(options: HostStandInOptions) {
    this.#options = options;
    this.jwtLifeMs = options.jwtLifeMs ?? 60_000;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#httpPort}`;
  }

  get natsUrl(): string {
    return `nats://127.0.0.1:${this.#natsPort}`;
  }

  get connection(): NatsConnection {
    if (!this.#connection) throw new Error("the stand-in is down");
    return this.#connection;
  }

  async start(): Promise<void> {
    await this.model.start(AbortSignal.timeout(5_000));
    await this.comeUp();
  }

  async comeUp(): Promise<void> {
    const nats = new NatsServer({ authenticator: jwtAccess({ accountPublicKey: this.#account.getPublicKey() }) });
    this.#nats = nats;
    await nats.start(AbortSignal.timeout(5_000));
    this.#natsPort = (await nats.addListener({ host: "127.0.0.1", port: this.#natsPort })).port;
    const http = createServer((request, response) => void this.#serve(request, response));
    this.#http = http;
    await new Promise<void>((resolve) => http.listen(this.#httpPort, "127.0.0.1", resolve));
    const address = http.address();
    if (address !== null && typeof address === "object") this.#httpPort = address.port;
    await this.#join();
  }

  async goDown(): Promise<void> {
    await this.#connection?.close();
    this.#connection = null;
    await this.#nats?.[Symbol.asyncDispose]();
    const http = this.#http;
    http?.closeAllConnections();
    await new Promise((resolve) => (http ? http.close(resolve) : resolve(undefined)));
    this.#http = null;
  }

  async send(input: Partial<AgentInput> & { turnId: string; text: string }): Promise<AgentInputReply> {
    const full = { conversationId: "c1", groupID: this.#options.groupId, attempt: 1, sender: "user:1", ...input };
    const subject = subjects.agentInput(this.#options.groupId);
    return AgentInputReply.parse(await this.#patiently(subject, JSON.stringify(full)));
  }

  async control(command: AgentControl): Promise<AgentControlReply> {
    const subject = subjects.agentControl(this.#options.groupId);
    return AgentControlReply.parse(await this.#patiently(subject, JSON.stringify(command)));
  }

  /** Sends whatever is given, for input that does not parse. */
  async raw(subject: string, payload: string): Promise<unknown> {
    return await this.#patiently(subject, payload);
  }

  /** The first fact that matches, also of those that have come already. */
  async fact<Type extends FactOutput["type"]>(
    type: Type,
    turnId: string,
    matches: (fact: Extract<FactOutput, { type: Type }>) => boolean = () => true,
  ): Promise<Extract<FactOutput, { type: Type }>> {
    return await this.eventually(`a fact ${type} of ${turnId}`, () => {
      for (const fact of this.facts) if (isFact(fact, type) && fact.turnId === turnId && matches(fact)) return fact;
      return undefined;
    });
  }

  async eventually<Value>(what: string, look: () => Value | undefined, timeoutMs = 45_000): Promise<Value> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const value = look();
      if (value !== undefined) return value;
      if (Date.now() > end)
        throw new Error(`waited in vain for ${what}; facts: ${JSON.stringify(this.facts.slice(-10))}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.goDown();
    await this.model[Symbol.asyncDispose]();
  }

  /** Again when there is no reply, as the gateway does: a connection may be renewed in between. */
  /** The runner may be away for a moment: it connects again. */
  async #patiently(subject: string, payload: string): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await this.connection.request(subject, payload, { timeout: 3_000 })).json();
      } catch (error) {
        if (attempt === 8) throw error;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  }

  async #join(): Promise<void> {
    const user = createUser();
    const jwt = await encodeUser("gateway", user.getPublicKey(), this.#account, {}, {});
    const connection = await connect({ servers: this.natsUrl, authenticator: jwtAuthenticator(jwt, user.getSeed()) });
    this.#connection = connection;
    const { groupId } = this.#options;
    connection.subscribe(subjects.agentOutput(groupId), {
      callback: (_error, message) => {
        const output = AgentOutput.parse(message.json());
        if (output.type === "text" || output.type === "thinking") {
          this.live.push(output);
          return;
        }
        const reply = this.onFact(output);
        this.facts.push(output);
        if (reply) message.respond(JSON.stringify(reply));
      },
    });
    connection.subscribe(subjects.agentReady(groupId), {
      callback: (_error, message) => {
        this.readyCount += 1;
        message.respond(JSON.stringify({ status: "ok" }));
      },
    });
    connection.subscribe(subjects.hostIpc(groupId), {
      callback: (_error, message) => {
        const request: unknown = message.json();
        this.ipc.push(request);
        message.respond(JSON.stringify(this.onIpc(request)));
      },
    });
    await connection.flush();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = "", method, headers } = request;
    const presented = headers["x-api-key"] ?? headers.authorization?.replace(/^Bearer /, "");
    if (presented !== this.#options.token) {
      response.writeHead(401).end();
    } else if (url === "/v1/credential") {
      await this.#giveCredential(request, response);
    } else if (url === secretsPath) {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ env: {}, files: {} }));
    } else if (url.startsWith("/v1/files/")) {
      const id = url.slice("/v1/files/".length);
      if (method === "PUT") this.uploads.set(id, await text(request));
      response.writeHead(method === "PUT" || this.downloads.has(id) ? 200 : 404).end(this.downloads.get(id));
    } else if (url.startsWith("/model/")) {
      this.#forward(request, response, url.slice("/model".length));
    } else response.writeHead(404).end();
  }

  #forward(request: IncomingMessage, response: ServerResponse, path: string): void {
    const { method, headers } = request;
    const upstream = httpRequest(new URL(path, this.model.url), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
      // What came before the cut must arrive: destroying at once would drop what is still on its way.
      answer.on("error", () => setTimeout(() => response.destroy(), 100));
    });
    upstream.on("error", () => response.destroy());
    response.on("close", () => upstream.destroy());
    request.pipe(upstream);
  }

  async #giveCredential(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { userPublicKey } = CredentialRequest.parse(JSON.parse(await text(request)));
    const { groupId, sandboxId } = this.#options;
    const inboxPrefix = subjects.sandboxInboxPrefix(sandboxId);
    const expiresSeconds = Math.ceil((Date.now() + this.jwtLifeMs) / 1000);
    const permissions = {
      pub: {
        allow: [subjects.agentOutput(groupId), subjects.agentReady(groupId), subjects.hostIpc(groupId)],
      },
      sub: { allow: [subjects.agentInput(groupId), subjects.agentControl(groupId), `${inboxPrefix}.>`] },
      resp: { max: 1, ttl: 60_000_000_000 },
    };
    const jwt = await encodeUser(sandboxId, userPublicKey, this.#account, permissions, { exp: expiresSeconds });
    this.credentialCount += 1;
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ jwt, expires_ms: expiresSeconds * 1000, inboxPrefix, natsUrl: this.natsUrl }));
  }
}

function isFact<Type extends FactOutput["type"]>(
  fact: FactOutput,
  type: Type,
): fact is Extract<FactOutput, { type: Type }> {
  return fact.type === type;
}
