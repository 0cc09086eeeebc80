/** Stands for a site of the internet: a container at an address that is nobody's on this machine's networks, with HTTP and TLS. */
import { setTimeout as delay } from "node:timers/promises";
import { docker } from "./engine.ts";

const readyMs = 60_000;

export class InternetSite implements AsyncDisposable {
  readonly address: string;
  readonly network: string;
  readonly #name: string;

  private constructor(subnet: string) {
    this.#name = `praktor-test-site-${subnet.replaceAll(".", "-")}`;
    this.network = this.#name;
    this.address = `${subnet}.9`;
  }

  /** `subnet`: the first three numbers of its network; each test that may run beside others has its own. */
  static async start(subnet: string, image: string): Promise<InternetSite> {
    const site = new InternetSite(subnet);
    await site.#remove();
    await docker("network", "create", "--subnet", `${subnet}.0/24`, site.network);
    const place = ["--network", site.network, "--ip", site.address, "--user", "0:0"];
    await docker("run", "-d", "--name", site.#name, ...place, image, "bash", "-c", serverOf(site.address));
    const deadline = Date.now() + readyMs;
    while (!(await site.#log()).includes("LISTENING")) {
      if (Date.now() > deadline) throw new Error(`The site does not listen:\n${await site.#log()}`);
      await delay(200);
    }
    return site;
  }

  /** Of whoever signed the site's certificate, as PEM. */
  certificate(): Promise<string> {
    return docker("exec", this.#name, "cat", "/tmp/site.pem");
  }

  /** The paths that were asked for. */
  async visits(): Promise<string[]> {
    return (await this.#log()).split("\n").flatMap((line) => /^VISIT (.*)/.exec(line)?.[1] ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remove();
  }

  #log(): Promise<string> {
    return docker("logs", this.#name);
  }

  /** Also what a run that was cut has left. */
  async #remove(): Promise<void> {
    await docker("rm", "-f", this.#name).catch(() => "");
    await docker("network", "rm", this.network).catch(() => "");
  }
}

const serverOf = (address: string): string => `
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout /tmp/key.pem -out /tmp/site.pem \
  -subj /CN=site -addext subjectAltName=IP:${address} &&
exec node -e '
  const { readFileSync } = require("fs");
  const answer = (request, response) => { console.log("VISIT " + request.url); response.end("the site says hello to " + request.url); };
  require("http").createServer(answer).listen(80);
  const keys = { key: readFileSync("/tmp/key.pem"), cert: readFileSync("/tmp/site.pem") };
  require("https").createServer(keys, answer).listen(443, () => console.log("LISTENING"));
'`;
