/** The web site that a test's browser visits: a login, a form with an upload, a result to download, and pages that mean harm. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** Stays in the browser longer than the browser itself. */
const session = "session=ada; Max-Age=86400; HttpOnly";

export class BrowserSite implements AsyncDisposable {
  /** `METHOD path` of everything that was asked for. */
  readonly visits: string[] = [];
  readonly #server: Server;
  #submitted = "";

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async listen(host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => this.#server.once("error", reject).listen(0, host, resolve));
  }

  /** With its port, without a slash at its end. */
  get url(): string {
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("The site does not listen.");
    return `http://${address.address}:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://site");
    this.visits.push(`${request.method} ${pathname}`);
    const body = request.method === "POST" ? await text(request) : "";
    const redirect = (to: string, headers: Record<string, string> = {}): void => {
      response.writeHead(303, { location: to, ...headers }).end();
    };
    if (pathname === "/login" && request.method === "POST") {
      const right = new URLSearchParams(body).get("password") === "opensesame";
      redirect(right ? "/form" : "/login", right ? { "set-cookie": session } : {});
    } else if (pathname === "/form" && !request.headers.cookie?.includes("session=ada")) redirect("/login");
    else if (pathname === "/form" && request.method === "POST") {
      this.#submitted = body;
      redirect("/done");
    } else if (pathname === "/result.csv") {
      const field = (name: string): string =>
        new RegExp(`name="${name}"[^]*?\r\n\r\n([^]*?)\r\n--`).exec(this.#submitted)?.[1] ?? "?";
      response.writeHead(200, { "content-disposition": "attachment; filename=result.csv", "content-type": "text/csv" });
      response.end(`wish,plan,file\n${field("wish")},${field("plan")},${field("paper").trim()}\n`);
    } else if (pathname === "/endless") endless(response);
    else if (pathname === "/redirect") redirect(searchParams.get("to") ?? "/");
    else {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end(`<!doctype html><title>${pathname}</title>${pages[pathname] ?? `<h1>This is ${pathname}</h1>`}`);
    }
  }
}

const pages: Record<string, string> = {
  "/login": `<form method=post><label>Name <input name=name></label><label>Password <input type=password name=password></label><button>Log in</button></form>`,
  "/form": `<h1>Welcome, Ada</h1><form method=post enctype="multipart/form-data"><label>Wish <input name=wish></label>
    <label>Plan <select name=plan><option>Free<option>Paid</select></label><input type=file name=paper><button>Send</button></form>`,
  "/done": `<h1>Thank you</h1><a href=/result.csv download>Result</a>`,
  "/windows": `<h1>Windows</h1><button onclick="windows()">More</button>
    <script>function windows() { for (let i = 0; i < 10000; i++) open("/window?" + i) } windows()</script>`,
  "/downloads": `<h1>Downloads</h1><script>
    for (let i = 0; i < 50; i++) { const a = document.createElement("a"); a.href = "/endless?" + i; a.download = ""; document.body.append(a); a.click() }
  </script>`,
  "/dialogs": `<h1>Dialogs</h1><script>onload = () => setTimeout(() => { for (let i = 0; i < 10000; i++) confirm(i) }, 300)</script>`,
  // In large pieces, so that a busy machine is not long about it.
  "/memory": `<h1>Memory</h1><script>const kept = []; setInterval(() => kept.push(new Array(4e6).fill(kept.length)), 20)</script>`,
  "/hangs": `<h1>Hangs</h1><script>onload = () => setTimeout(() => { for (;;); }, 100)</script>`,
  "/links": `<h1>Links</h1><a id=file href="file:///etc/passwd">file</a><a id=chrome href="chrome://version">chrome</a>
    <iframe src="file:///etc/passwd"></iframe><img src="http://10.99.0.1/image">
    <script>
      fetch("http://forbidden.example/fetch").catch(() => {});
      navigator.sendBeacon("http://forbidden.example/beacon", "x");
      new WebSocket("ws://forbidden.example/socket");
      new RTCPeerConnection({ iceServers: [{ urls: "stun:10.99.0.2:3478" }] }).createDataChannel("x");
    </script>`,
};

function endless(response: ServerResponse): void {
  response.writeHead(200, { "content-disposition": "attachment; filename=endless.bin" });
  const piece = Buffer.alloc(256 * 1024, 7);
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
    if (!response.destroyed) response.once("drain", more);
  };
  more();
}
