/** What the command line says where it can do nothing yet. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const launcher = fileURLToPath(new URL("../praktor.mjs", import.meta.url));

interface Said {
  failed: boolean;
  error: string;
  output: string;
}

function run(given: string[], cwd: string, environment: Record<string, string> = {}): Promise<Said> {
  const { promise, resolve } = Promise.withResolvers<Said>();
  const options = { cwd, timeout: 60_000, env: { ...process.env, ...environment } };
  const child = execFile(process.execPath, given, options, (failure, output, error) =>
    resolve({ failed: failure !== null, error, output }),
  );
  child.stdin?.end("a-value-1234\n");
  return promise;
}

test.each([["pair"], ["vault list"], ["vault set TOKEN"]])(
  "where no gateway ever ran, `praktor %s` says so and makes no database",
  async (command) => {
    const folder = await mkdtemp(join(tmpdir(), "praktor-nowhere-"));
    try {
      const { failed, error } = await run([launcher, ...command.split(" ")], folder);
      expect(failed).toBe(true);
      expect(error).toMatch(/^praktor: There is no Praktor here yet: no database at .*praktor\.db\.\nStart it once/);
      expect(await readdir(folder)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  60_000,
);

test.each([
  "vault set TOKEN hunter2-hunter2",
  "vault set TOKEN --value=hunter2-hunter2",
  "vault set TOKEN=hunter2-hunter2",
  "vault rotate hunter2-hunter2",
])(
  "`praktor %s` repeats nothing of the value, changes nothing and says how it is done",
  async (command) => {
    const folder = await mkdtemp(join(tmpdir(), "praktor-argument-"));
    try {
      const said = await run([launcher, ...command.split(" ")], folder, {
        PRAKTOR_VAULT_PASSPHRASE: "a-good-passphrase",
      });
      expect(said).toMatchObject({ failed: true, output: "" });
      expect(said.error).toMatch(
        /^praktor: (?:A (?:value|passphrase) is not taken from the command line|This cannot be a)/,
      );
      expect(said.error).not.toContain("hunter2");
      expect(await readdir(folder)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  60_000,
);

test("the doctor's last word names what is to be mended", async () => {
  const environment = {
    PRAKTOR_SANDBOX: "process",
    PRAKTOR_WEB_PASSWORD: "short",
    ANTHROPIC_API_KEY: "",
    ANTHROPIC_AUTH_TOKEN: "",
    CLAUDE_CODE_OAUTH_TOKEN: "",
    PRAKTOR_TELEGRAM_TOKEN: "",
    PRAKTOR_CONFIG: join(tmpdir(), "praktor-nowhere", "praktor.yaml"),
  };
  const { failed, error, output } = await run([launcher, "doctor"], tmpdir(), environment);
  expect(failed).toBe(true);
  expect(error).toMatch(/^praktor: This is to be mended: .*Model credential.*\. Above stands how\.\n$/);
  expect(output).toMatch(/^! Settings: The file .*praktor-nowhere.* that PRAKTOR_CONFIG names is not there/m);
  expect(output).toMatch(/^! Page's password: It is short/m);
  expect(output).toMatch(/\d to be mended \(✗\), \d to know of \(!\)\.\n$/);
}, 60_000);

test("a Node that is too old is told in a sentence", async () => {
  const older = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.19.0" } })';
  const { failed, error } = await run(["--import", `data:text/javascript,${older}`, launcher, "version"], tmpdir());
  expect(failed).toBe(true);
  expect(error).toMatch(/^praktor: this is Node 20\.19\.0, and Praktor needs 24 or newer\.\nIn a clone/);
}, 60_000);
