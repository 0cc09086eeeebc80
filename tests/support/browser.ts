/** A real browser on Mission Control, that notes whatever a page complains of or asks of others. */
import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";
import { requirement } from "../require.ts";

const chromiumPath = "/usr/bin/chromium";
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const browserTests = requirement("browser", existsSync(chromiumPath));

export class Browsing implements AsyncDisposable {
  readonly #browser: Browser;
  /** Errors of the console and of scripts, and requests to anywhere else. */
  readonly complaints: string[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<Browsing> {
    return new Browsing(await chromium.launch({ executablePath: chromiumPath, args: flags }));
  }

  /** A page of its own, with nothing kept from another. `url` of the gateway, with the page's path. */
  async open(url: string, width = 1280, colorScheme: "dark" | "light" = "dark"): Promise<Page> {
    const { origin, pathname } = new URL(url);
    const context = await this.#browser.newContext({ viewport: { width, height: 844 }, colorScheme });
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" && !isOfTheMachine(message.text()))
        this.complaints.push(`${pathname}: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.complaints.push(`${pathname}: ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(origin) && !/^(data|blob|ws):/.test(request.url())) {
        this.complaints.push(`${pathname}: asked ${request.url()}`);
      }
    });
    await page.goto(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** Containers of other tests bring bridges and take them away again, and the browser cuts what it loads just then. */
export function isOfTheMachine(complaint: string): boolean {
  return complaint.includes("net::ERR_NETWORK_CHANGED");
}
