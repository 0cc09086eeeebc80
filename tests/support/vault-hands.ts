/** What tests of the vault do with it: the command line, and a turn that lasts until it is let go. */
import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { docker } from "./engine.ts";
import type { System } from "./system.ts";

const main = process.env["PRAKTOR_TEST_GATEWAY"] ?? new URL("../../gateway/src/main.ts", import.meta.url).pathname;

export const token = "tok3n-Value/with+sign";
export const newPassphrase = "another battery and staple";
export const lengthNow = 'bash: echo "length $(echo -n $API_TOKEN | wc -c)"';

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** `praktor vault …` as a person runs it, the value piped in. */
export async function vault(environment: Record<string, string>, args: string[], input = ""): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const env = { PATH: process.env["PATH"] ?? "", ...environment };
  const child = execFile(process.execPath, [main, "vault", ...args], { env }, (error, stdout, stderr) =>
    resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
  );
  child.stdin?.end(input);
  return await promise;
}

/** A turn of the agent's that lasts until it is let go, and then says the value that its sandbox was given. */
export async function longTurn(system: System, groupId: number): Promise<{ letGo: () => Promise<string> }> {
  const since = system.telegram.sequence;
  system.say('bash: until test -e go; do sleep 0.1; done; rm go; echo "worked with $API_TOKEN"', groupId);
  const isAsked = (): boolean => system.model.requests.some(({ body }) => JSON.stringify(body).includes("test -e go"));
  // Then its command runs.
  await system.model.waitUntil(isAsked, "the call");
  const letGo = async (): Promise<string> => {
    if (system.environmentOfGateway["PRAKTOR_SANDBOX"] === "docker") {
      await docker("exec", `praktor-agent-${groupId}`, "touch", "/workspace/group/go");
    } else {
      const group = (await readdir(join(system.folder, "groups"))).find((name) => name.includes(String(groupId)));
      await writeFile(join(system.folder, "groups", group ?? "", "go"), "");
    }
    return (await system.answerMatching(/worked with/, groupId, since)).text;
  };
  return { letGo };
}
