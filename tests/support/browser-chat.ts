/** A chat whose agent has a browser in a real hardened container, a site for it to visit, and what to look for when it is over. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BrowserSite } from "./browser-site.ts";
import { agentImage, docker, engineAnswers, imageExists, removeGroups } from "./engine.ts";
import { System } from "./system.ts";

export async function browserImageUsable(): Promise<boolean> {
  const label = '{{index .Config.Labels "praktor.browser"}}';
  return (
    (await engineAnswers()) &&
    (await imageExists(agentImage)) &&
    (await docker("image", "inspect", "--format", label, agentImage)) === "chromium"
  );
}

/** How long `shell` lets its script run; the longest wait of agent-browser itself is half of it. */
const shellSeconds = 60;
const goneMs = 60_000;

export class BrowserChat implements AsyncDisposable {
  readonly chat: number;
  readonly system: System;
  /** Listens on the machine's end of the group's bridge. */
  readonly site: BrowserSite;
  readonly container: string;
  readonly #folder: string;

  private constructor(chat: number, folder: string, system: System) {
    this.chat = chat;
    this.system = system;
    this.site = new BrowserSite();
    this.container = `praktor-agent-${chat}`;
    this.#folder = folder;
  }

  /** With the sandbox running. */
  static async start(chat: number): Promise<BrowserChat> {
    await removeGroups(chat);
    const folder = await mkdtemp(join(tmpdir(), "praktor-browser-"));
    await writeFile(join(folder, "praktor.yaml"), `agent:\n  image: ${agentImage}\n`);
    const system = await System.start({
      environment: {
        PRAKTOR_CONFIG: join(folder, "praktor.yaml"),
        PRAKTOR_SANDBOX: "docker",
        PRAKTOR_TELEGRAM_ALLOW_FROM: String(chat),
      },
    });
    const made = new BrowserChat(chat, folder, system);
    await system.ask("echo up", chat);
    const gateways = "{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}";
    await made.site.listen(await docker("inspect", "--format", gateways, made.container));
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]();
    await this.system[Symbol.asyncDispose]();
    await removeGroups(this.chat);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** As the agent's shell would, without a turn of its own; what fails is told too, and what hangs is ended. */
  async shell(script: string, environment: Record<string, string> = {}, seconds = shellSeconds): Promise<string> {
    const variables = Object.entries({ PRAKTOR_CONVERSATION_ID: "test", ...environment });
    const given = variables.flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const bounded = ["timeout", "--kill-after=5", String(seconds), "bash", "-c", `(${script}) 2>&1`];
    return await docker("exec", ...given, this.container, "sh", "-c", '"$@" || echo "exit code $?"', "sh", ...bounded);
  }

  /** The agent's conversation may have used it a moment ago: nobody waits for that minute here. */
  async free(): Promise<void> {
    await this.shell("rm -f /tmp/praktor-browser/owner; agent-browser close --all");
  }

  /** Not even its driver, which stays for a while when the browser is gone. */
  async nothingRuns(): Promise<void> {
    await this.#none("[c]hromium|[a]gent-browser.bin|[b]rowser/keeper");
  }

  /** With its keeper. */
  async browserIsGone(): Promise<void> {
    await this.#none("[c]hromium|[b]rowser/keeper");
  }

  /** What a browser may leave beyond its group's cookie store: nothing. */
  async nothingLeft(): Promise<void> {
    await this.nothingRuns();
    const left = await this.shell(
      "ls -d ~/.claude/browser*/ /tmp/*chrom* /tmp/.*chrom* /tmp/agent-browser* ~/.agent-browser/*.sock 2>/dev/null; ls -A /tmp/praktor-browser; find /workspace/group -name '*.crdownload'",
    );
    if (left !== "/home/praktor/.claude/browser/\nowner") throw new Error(`The browser left more:\n${left}`);
  }

  async #none(pattern: string): Promise<void> {
    const deadline = Date.now() + goneMs;
    for (;;) {
      const running = await this.shell(`ps -eo args | grep -E '${pattern}' || true`);
      if (running === "") return;
      if (Date.now() > deadline) throw new Error(`Still running:\n${running}`);
      await delay(300);
    }
  }
}
