/** A real nats-server in operator mode that knows one account, as its documentation tells a person to set it up. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  createAccount,
  createOperator,
  createUser,
  encodeAccount,
  encodeOperator,
  encodeUser,
  fmtCreds,
} from "@nats-io/jwt";
import { works } from "./shell.ts";

export class NatsProgram implements AsyncDisposable {
  readonly #configFile: string;
  readonly #port: number;
  #child: ChildProcess | null = null;

  private constructor(configFile: string, port: number) {
    this.#configFile = configFile;
    this.#port = port;
  }

  static exists(): boolean {
    return works("nats-server", "--version");
  }

  /** Writes its configuration into `folder`, and returns what the gateway needs to use it. */
  static async configure(
    folder: string,
    port: number,
  ): Promise<{ server: NatsProgram; credsFile: string; accountSeed: string }> {
    const [operator, account, gateway] = [createOperator(), createAccount(), createUser()];
    const limits = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
    const operatorJwt = await encodeOperator("torture", operator);
    const accountJwt = await encodeAccount("torture", account, { limits }, { signer: operator });
    const configFile = join(folder, "nats.conf");
    const credsFile = join(folder, "gateway.creds");
    writeFileSync(
      configFile,
      `listen: 127.0.0.1:${port}\nmax_payload: 1MB\noperator: ${operatorJwt}\nresolver: MEMORY\nresolver_preload: { ${account.getPublicKey()}: ${accountJwt} }\n`,
    );
    writeFileSync(credsFile, fmtCreds(await encodeUser("gateway", gateway, account), gateway));
    const accountSeed = new TextDecoder().decode(account.getSeed());
    return { server: new NatsProgram(configFile, port), credsFile, accountSeed };
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    this.#child = spawn("nats-server", ["-c", this.#configFile], { stdio: "ignore" });
    for (let tries = 0; tries < 200; tries += 1) {
      const socket = connect(this.#port, "127.0.0.1");
      const answers = await Promise.race([
        once(socket, "connect").then(() => true),
        once(socket, "error").then(() => false),
      ]).catch(() => false);
      socket.destroy();
      if (answers) return;
      await delay(50);
    }
    throw new Error("nats-server did not begin to listen.");
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
