/** A machine of the internet: a network namespace beside this one, behind a router's way, which only what is forwarded can reach. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Needs root and iproute2. */
export const canHaveOutside = async (): Promise<boolean> =>
  process.getuid?.() === 0 &&
  (await run("ip", ["netns", "list"]).then(
    () => true,
    () => false,
  ));

/** Answers on TCP 80 and, with what it got, on UDP 53; its kernel answers pings. */
const server = `
require("net").createServer((socket) => socket.on("error", () => {}).end("outside")).listen(80, () => {
  const udp = require("dgram").createSocket("udp4");
  udp.on("message", (message, from) => udp.send(message, from.port, from.address));
  udp.bind(53, () => console.log("LISTENING"));
});
process.stdin.on("end", () => process.exit()).resume();
`;

export class OutsideHost implements AsyncDisposable {
  readonly address: string;
  readonly #name: string;
  readonly #process: ChildProcess;

  private constructor(address: string, name: string, child: ChildProcess) {
    this.address = address;
    this.#name = name;
    this.#process = child;
  }

  /** `subnet`: the first three numbers of addresses that are nobody's here; `name`: at most 11 letters, each test's own. */
  static async start(subnet: string, name: string): Promise<OutsideHost> {
    const address = `${subnet}.2`;
    await remove(name);
    await run("ip", ["netns", "add", name]);
    const inside = (...words: string[]): Promise<unknown> => run("ip", ["-n", name, ...words]);
    await run("ip", ["link", "add", `${name}-in`, "type", "veth", "peer", "name", `${name}-out`, "netns", name]);
    await run("ip", ["address", "add", `${subnet}.1/30`, "dev", `${name}-in`]);
    await run("ip", ["link", "set", `${name}-in`, "up"]);
    await inside("address", "add", `${address}/30`, "dev", `${name}-out`);
    await inside("link", "set", `${name}-out`, "up");
    await inside("route", "add", "default", "via", `${subnet}.1`);
    const child = spawn("ip", ["netns", "exec", name, process.execPath, "-e", server], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [first] = await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
    if (!(first instanceof Buffer)) throw new Error("The host outside does not listen");
    return new OutsideHost(address, name, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, "exit");
      this.#process.stdin?.end();
      await ended;
    }
    await remove(this.#name);
  }
}

/** Also what a run that was cut has left; the pair of interfaces goes with the namespace. */
async function remove(name: string): Promise<void> {
  await run("ip", ["netns", "delete", name]).catch(() => undefined);
  await run("ip", ["link", "delete", `${name}-in`]).catch(() => undefined);
}
