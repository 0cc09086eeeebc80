/** A forward proxy that wants credentials, lets one host through and notes everything that it is asked for. */
import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";

export class StrictProxy implements AsyncDisposable {
  /** What came with the right credentials, and what came without. */
  readonly asked: string[] = [];
  readonly strangers: string[] = [];
  readonly #server: Server;
  readonly #allowed: string;

  /** `allowed`: `host:port` */
  constructor(allowed: string) {
    this.#allowed = allowed;
    this.#server = createServer((request, response) => {
      const url = request.url ?? "";
      if (!this.#knows(request, url)) {
        response.writeHead(407, { "proxy-authenticate": 'Basic realm="sandbox"' }).end();
      } else if (new URL(url).host !== this.#allowed) {
        response.writeHead(403, { "content-type": "text/plain" }).end("The policy does not allow this host.");
      } else {
        const { method, headers } = request;
        const upstream = httpRequest(url, { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        upstream.on("error", () => response.destroy());
        response.on("close", () => upstream.destroy());
        request.pipe(upstream);
      }
    });
    this.#server.on("connect", (request, socket) => {
      const known = this.#knows(request, request.url ?? "");
      socket.on("error", () => socket.destroy());
      socket.end(
        known
          ? "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"
          : 'HTTP/1.1 407 Who\r\nproxy-authenticate: Basic realm="sandbox"\r\ncontent-length: 0\r\n\r\n',
      );
    });
  }

  async listen(host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => this.#server.once("error", reject).listen(0, host, resolve));
  }

  get url(): string {
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("The proxy does not listen.");
    return `http://sandbox:secret@${address.address}:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #knows(request: IncomingMessage, url: string): boolean {
    const credentials = request.headers["proxy-authorization"]?.replace("Basic ", "") ?? "";
    const known = Buffer.from(credentials, "base64").toString() === "sandbox:secret";
    (known ? this.asked : this.strangers).push(url);
    return known;
  }
}
