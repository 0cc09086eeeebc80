/** A way between two programs that can be cut: for each side it looks as if the other had gone. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type NetConnectOpts, type Server, type Socket } from "node:net";

export class Cable implements AsyncDisposable {
  readonly #far: NetConnectOpts;
  readonly #sockets = new Set<Socket>();
  #near: { path: string } | { port: number; host: string };
  #server: Server | null = null;

  /** `near` is where it listens (port 0: a free one, kept from then on), `far` where it leads. */
  constructor(near: { path: string } | { port: number; host: string }, far: NetConnectOpts) {
    this.#near = near;
    this.#far = far;
  }

  get port(): number {
    return "port" in this.#near ? this.#near.port : 0;
  }

  async plug(): Promise<void> {
    this.#server ??= createServer((near) => {
      const far = connect(this.#far);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    this.#server.listen(this.#near);
    await once(this.#server, "listening");
    if ("port" in this.#near) this.#near = { ...this.#near, port: (this.#server.address() as AddressInfo).port };
  }

  /** Ends what is connected; new connections are taken. */
  shake(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Ends what is connected, and nobody is there any more until it is plugged in again. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    const closed = once(server, "close");
    server.close();
    this.shake();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
  }
}
