// Starts an embedded server on a free loopback port for one test.

import { NatsServer, type NatsServerEvent, type NatsServerOptions } from "../nats-server.ts";

export interface TestServer extends AsyncDisposable {
  readonly server: NatsServer;
  readonly port: number;
  readonly events: NatsServerEvent[];
}

export async function serve(options: NatsServerOptions = {}): Promise<TestServer> {
  const events: NatsServerEvent[] = [];
  const server = new NatsServer({
    listen: [{ host: "127.0.0.1", port: 0 }],
    onEvent: (event) => events.push(event),
    ...options,
  });
  await server.start(AbortSignal.timeout(10_000));
  const port = server.listeners()[0]?.port ?? 0;
  return { server, port, events, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
