/** Claude Code's own tools for the web, in a real runner: what leaves the machine for them, and what the agent hears when they fail. */
import { createServer, type Server } from "node:http";
import { defaultScript } from "@praktor/simulators/messages/default-script";
import { refuse } from "@praktor/simulators/messages/script";
import { afterEach, describe, expect, it } from "vitest";
import { TestSandbox } from "./testing/runner-process.ts";

const searchCall = 'tool WebSearch {"query":"hello world"}';
const fetchCall = 'tool WebFetch {"url":"https://forbidden.example/x","prompt":"what is there"}';

describe("the web in a sandbox", { timeout: 60_000 }, () => {
  const open: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).toReversed()) await each[Symbol.asyncDispose]();
  });

  async function sandboxBehindProxy(environment: Record<string, string> = {}): Promise<[TestSandbox, ClosedProxy]> {
    const proxy = await ClosedProxy.start();
    open.push(proxy);
    const sandbox = await TestSandbox.start();
    open.push(sandbox);
    await sandbox.startRunner({ HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1", ...environment });
    return [sandbox, proxy];
  }

  async function ask(sandbox: TestSandbox, turnId: string, text: string): Promise<string> {
    expect(await sandbox.host.send({ turnId, text })).toEqual({ status: "accepted" });
    return (await sandbox.host.fact("result", turnId)).content;
  }
  const lastAsked = (sandbox: TestSandbox): string =>
    JSON.stringify(sandbox.host.model.requests.filter((made) => made.body !== undefined).slice(-3));

  it("tells nobody which domain WebFetch visits, and the agent that the group's network forbids it", async () => {
    const [sandbox, proxy] = await sandboxBehindProxy();
    expect(await ask(sandbox, "fetch", fetchCall)).toContain("forbidden.example is blocked");
    expect(proxy.asked).toEqual([{ host: "forbidden.example:443", user: "praktor:secret" }]);
    expect(lastAsked(sandbox)).toContain("[Praktor: this group's network does not let its agents reach that host");
  });

  it("tells the agent what curl's bare number from the proxy means, and nothing of what else fails", async () => {
    const [sandbox] = await sandboxBehindProxy();
    await ask(sandbox, "other", "bash: echo 403; exit 1");
    expect(lastAsked(sandbox)).not.toContain("[Praktor: this group's network");
    expect(await ask(sandbox, "curl", "bash: curl -sS https://forbidden.example/x")).toContain("403");
    expect(lastAsked(sandbox)).toContain("[Praktor: this group's network does not let its agents reach that host");
  });

  it("offers no WebFetch and no WebSearch where there is no network", async () => {
    const [sandbox] = await sandboxBehindProxy({ PRAKTOR_NETWORK: "none" });
    expect(await ask(sandbox, "fetch", fetchCall)).toContain("No such tool available: WebFetch");
    expect(await ask(sandbox, "search", searchCall)).toContain("No such tool available: WebSearch");
    expect(lastAsked(sandbox)).toContain("This sandbox has no internet");
  });

  it("offers WebSearch within an allowlist only where the settings say so", async () => {
    const [sandbox] = await sandboxBehindProxy({ PRAKTOR_NETWORK: "allowlist" });
    expect(await ask(sandbox, "search", searchCall)).toContain("No such tool available: WebSearch");
  });

  it("asks Anthropic about the domain first where the settings want it", async () => {
    const [sandbox, proxy] = await sandboxBehindProxy({ PRAKTOR_WEB_FETCH_PREFLIGHT: "true" });
    await ask(sandbox, "fetch", fetchCall);
    expect(proxy.asked.map(({ host }) => host)).toContain("api.anthropic.com:443");
  });

  it("hears that the endpoint lacks web search when it refuses the tool, and nothing of it when it has it", async () => {
    const [sandbox, proxy] = await sandboxBehindProxy();
    expect(await ask(sandbox, "with", 'tool WebSearch {"query":"hello world"}')).toContain("Web search results");
    expect(lastAsked(sandbox)).not.toContain("[Praktor: WebSearch");
    sandbox.host.model.script = (input) =>
      (input.request.tools ?? []).some((tool) => String(tool["type"]).startsWith("web_search"))
        ? refuse(400, "tools.0: unknown tool type 'web_search_20250305'")
        : defaultScript(input);
    await ask(sandbox, "without", 'tool WebSearch {"query":"hello again"}');
    expect(lastAsked(sandbox)).toContain("[Praktor: WebSearch is run by the model's endpoint");
    // The search itself went the model's way.
    expect(proxy.asked).toEqual([]);
  });
});

/** Notes what it is asked for, and says of everything that the policy forbids it. */
class ClosedProxy implements AsyncDisposable {
  readonly asked: { host: string; user: string }[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((_, response) => response.writeHead(403).end());
    this.#server.on("connect", (request, socket) => {
      const credentials = request.headers["proxy-authorization"]?.replace("Basic ", "") ?? "";
      this.asked.push({ host: request.url ?? "", user: Buffer.from(credentials, "base64").toString() });
      socket.end("HTTP/1.1 403 Forbidden\r\nx-proxy-error: blocked-by-allowlist\r\ncontent-length: 0\r\n\r\n");
    });
  }

  static async start(): Promise<ClosedProxy> {
    const proxy = new ClosedProxy();
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://praktor:secret@127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
