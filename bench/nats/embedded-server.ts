// Runs the embedded server in a process of its own and prints its port.

import { NatsServer } from "@praktor/nats-server";

const server = new NatsServer({ listen: [{ host: "127.0.0.1", port: 0 }] });
await server.start(AbortSignal.timeout(10_000));
console.log(server.listeners()[0]?.port);
