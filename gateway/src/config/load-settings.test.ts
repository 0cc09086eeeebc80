import { describe, expect, test } from "vitest";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { environmentKeys, unknownVariables } from "./environment.ts";
import { loadSettings, missingSettingsFile, parseSettings } from "./load-settings.ts";
import { variableAdvice } from "./nearest-setting.ts";
import { Settings } from "./schema.ts";
import { settingPaths } from "./secret-settings.ts";

describe("settings", () => {
  test("has every documented default with an empty file", () => {
    const settings = parseSettings("p.yaml", "", {});
    expect(settings).toMatchObject({
      sandbox: { kind: "docker", port: 4280, allow_unisolated: false },
      agent: { image: "praktor-agent:latest", max_containers: 5, max_conversations: 3, idle_timeout: 600_000 },
      nats: { port: 4222 },
      store: { path: "data/praktor.db" },
      web: { enabled: true, port: 8080, host: "127.0.0.1" },
      scheduler: { poll_interval: 30_000 },
      groups: { base_path: "data/groups" },
    });
  });

  const addresses = [
    ["agent", "base_url"],
    ["telegram", "api_root"],
    ["telegram", "webhook_url"],
    ["speech", "base_url"],
    ["nats", "url"],
  ] as const;
  /** Of a setting with this value, in words; empty where it is taken. */
  function problemOfAddress(section: string, name: string, value: string): string {
    const needed: Record<string, string> = {
      telegram: "webhook_secret: a-secret-of-a-webhook, ",
      nats: "account_seed: seed, ",
    };
    try {
      parseSettings("p.yaml", `${section}: { ${needed[section] ?? ""}${name}: "${value}" }`, {});
      return "";
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
  }

  test.each(addresses)("refuses a user name or password in %s.%s, and does not repeat it", (section, name) => {
    const problemOf = (value: string): string => problemOfAddress(section, name, value);
    const scheme = section === "nats" ? "nats://" : "https://";
    for (const user of ["user:hunter2@", "hunter2@", ":hunter2@", "a%40b:hunter2@"]) {
      expect(problemOf(`${scheme}${user}models.example.org`)).toMatch(/^p\.yaml:1: \w+\.\w+: must hold no user name/);
      for (const odd of ["https:/", "https:", "", "HTTPS:\\\\\\\\", "nats://a,nats://"]) {
        expect(problemOf(`${odd}${user}models.example.org`)).toMatch(/^p\.yaml:1: \w+\.\w+: must /);
        expect(problemOf(`${odd}${user}models.example.org`)).not.toContain("hunter2");
      }
    }
    expect(problemOf(`${scheme}models.example.org:8443/`)).toBe("");
  });

  test.each(addresses)(
    "refuses a query in %s.%s, in which keys are written too, and does not repeat it",
    (section, name) => {
      const scheme = section === "nats" ? "nats://" : "https://";
      for (const query of ["?key=hunter2", "/v1?api_key=hunter2", "/?hunter2", "#hunter2", "/a?", "?"]) {
        const problem = problemOfAddress(section, name, `${scheme}models.example.org${query}`);
        expect(problem).toMatch(/^p\.yaml:1: \w+\.\w+: must hold nothing behind \? or #/);
        expect(problem).not.toContain("hunter2");
      }
      expect(problemOfAddress(section, name, `${scheme}models.example.org/%3Fa`)).toBe("");
    },
  );

  test("takes a short passphrase of the vault too: secrets may be under it already", () => {
    const settings = (passphrase: string) => parseSettings("p.yaml", "", { PRAKTOR_VAULT_PASSPHRASE: passphrase });
    expect(settings("elevenchars").vault.passphrase).toBe("elevenchars");
  });

  test("knows every setting that is an address", () => {
    const named = settingPaths().map(({ path }) => path.join("."));
    const looksSo = named.filter((name) => /url$|root$|endpoint|server/.test(name));
    expect(looksSo.toSorted()).toEqual(addresses.map((path) => path.join(".")).toSorted());
  });

  test("takes an @ behind the address for what it is", () => {
    const { agent } = parseSettings("p.yaml", "agent: { base_url: 'https://models.example.org/a@b/to=c@d' }", {});
    expect(agent.base_url).toBe("https://models.example.org/a@b/to=c@d");
  });

  test("lets the environment win over the file", () => {
    const settings = parseSettings("p.yaml", "web:\n  port: 9000\n  host: 0.0.0.0\n", {
      PRAKTOR_WEB_PORT: "9100",
      PRAKTOR_TELEGRAM_ALLOW_FROM: "12, 34",
      PRAKTOR_MAIN_CHAT_ID: "-100123",
    });
    expect(settings.web).toMatchObject({ port: 9100, host: "0.0.0.0" });
    expect(settings.telegram.allow_from).toEqual(["12", "34"]);
    expect(settings.groups.main_chat_id).toBe("-100123");
  });

  test("reads ids that YAML takes for numbers", () => {
    const settings = parseSettings("p.yaml", "telegram:\n  allow_from: [12, '34']\ngroups: {main_chat_id: -5}", {});
    expect(settings.telegram.allow_from).toEqual(["12", "34"]);
    expect(settings.groups.main_chat_id).toBe("-5");
  });

  test.each([
    [
      "a value of the wrong type",
      "web:\n  enabled: true\n  port: often\n",
      {},
      /p\.yaml:3: web\.port: must be a number$/,
    ],
    [
      "an unknown key",
      "web:\n  enabled: true\n  prot: 80\n",
      {},
      /p\.yaml:3: web\.prot: is not a setting of Praktor: did you mean web\.port\?$/,
    ],
    ["a key of another section", "token: '1:a'\n", {}, /p\.yaml:1: token: .*did you mean telegram\.token\?$/],
    ["a key of several", "agent: {port: 1}\n", {}, /mean sandbox\.port, nats\.port or web\.port\?$/],
    ["a misspelled section", "telegramm: {}\n", {}, /did you mean telegram\?$/],
    ["a key like no other", "agent: {colour: red}\n", {}, /agent\.colour: .*praktor\.example\.yaml names them all$/],
    ["a section that is no section", "agent: 5\n", {}, /p\.yaml:1: agent: must be a section with keys of its own$/],
    ["half a turn", "agent:\n  max_turns: 1.5\n", {}, /agent\.max_turns: must be a whole number$/],
    ["too little memory", "sandbox: {memory_mb: 3}\n", {}, /sandbox\.memory_mb: must be at least 256$/],
    ["no processor at all", "sandbox: {cpus: 0}\n", {}, /sandbox\.cpus: must be more than 0$/],
    ["an empty name", "agent: {model: ''}\n", {}, /agent\.model: must not be empty$/],
    ["an address that is none", "telegram: {api_root: foo}\n", {}, /telegram\.api_root: must be a URL/],
    [
      "a list where an id belongs",
      "groups: {main_chat_id: [3]}\n",
      {},
      /groups\.main_chat_id: must be a Telegram chat id$/,
    ],
    ["broken YAML", "web:\n  port: [1\n", {}, /p\.yaml:\d+:\d+: /],
    ["a doubled key", "web: {}\nweb: {}\n", {}, /p\.yaml:2:1: /],
    ["a bare text", "hello", {}, /p\.yaml:1: must hold keys/],
    [
      "a short time for a swarm",
      "swarm:\n  node_timeout: 0\n",
      {},
      /p\.yaml:2: swarm\.node_timeout: must be between 1s and 24h$/m,
    ],
    [
      "a long time for a swarm",
      "swarm:\n  run_timeout: 8d\n",
      {},
      /p\.yaml:2: swarm\.run_timeout: must be between 1s and 7d$/m,
    ],
    ["a bad duration", "agent:\n  idle_timeout: soon\n", {}, /p\.yaml:2: agent\.idle_timeout: must be a duration/],
    ["an integer variable that is none", "", { PRAKTOR_NATS_PORT: "42x" }, /PRAKTOR_NATS_PORT \(nats\.port\): /],
    [
      "an external server without its account",
      "nats:\n  url: nats://n:4222\n",
      {},
      /p\.yaml:2: nats\.url: needs nats\.account_seed/,
    ],
    [
      "an unknown sandbox kind",
      "",
      { PRAKTOR_SANDBOX: "vm" },
      /PRAKTOR_SANDBOX \(sandbox\.kind\): must be docker or process$/,
    ],
  ])("names file, line and key of %s", (_, yaml, environment, message) => {
    expect(() => parseSettings("p.yaml", yaml, environment)).toThrow(message);
  });

  describe("the example file", async () => {
    const example = await readFile(new URL("../../../config/praktor.example.yaml", import.meta.url), "utf8");
    const switchedOn = (kind: RegExp): string =>
      example.replaceAll(/^( *)# ([a-z_0-9]+: .*)$/gm, (line, indent: string, key: string) =>
        kind.test(key) ? indent + key : line,
      );

    test("sets nothing as it is, and nothing new with what it calls a default", () => {
      expect(parseSettings("p.yaml", example, {})).toEqual(parseSettings("p.yaml", "", {}));
      const defaults = switchedOn(/ # default/);
      expect(defaults).toMatch(/^ {2}max_containers: 5 /m);
      expect(parseSettings("p.yaml", defaults, {})).toEqual(parseSettings("p.yaml", "", {}));
    });

    test("has every key, and a value that is taken for each", () => {
      const everything = switchedOn(/ # (?:default|example)/).replace(/^ +key_file: .*$/m, "");
      expect(() => parseSettings("p.yaml", everything, {})).not.toThrow();
      const paths = Object.entries(Settings.shape).flatMap(([section, schema]) => {
        const inner: unknown = schema instanceof z.ZodPrefault ? schema.unwrap() : null;
        return inner instanceof z.ZodObject ? Object.keys(inner.shape).map((key) => `${section}.${key}`) : [section];
      });
      const named = [...example.matchAll(/^(?:# )?([a-z_]+):|^ {2}# ([a-z_0-9]+): /gm)];
      let section = "";
      const known = new Set(
        named.map(([, top, key]) => {
          section = top ?? section;
          return key === undefined ? section : `${section}.${key}`;
        }),
      );
      expect(paths.filter((path) => !known.has(path))).toEqual([]);
      expect(environmentKeys.filter(({ variable }) => !example.includes(variable))).toEqual([]);
    });
  });

  test("compose hands on every variable but those that its containers decide", async () => {
    const compose = await readFile(new URL("../../../compose.yaml", import.meta.url), "utf8");
    const handedOn = new Set([...compose.matchAll(/^ {6}- ([A-Z][A-Z_0-9]+)$/gm)].map(([, name]) => name));
    const missing = environmentKeys.filter(({ variable }) => !handedOn.has(variable));
    expect(missing.map(({ variable }) => variable)).toEqual([
      "PRAKTOR_SANDBOX",
      "PRAKTOR_SANDBOX_PORT",
      "PRAKTOR_ALLOW_UNISOLATED",
      "PRAKTOR_NATS_PORT",
      "PRAKTOR_STORE_PATH",
      "PRAKTOR_WEB_PORT",
      "PRAKTOR_WEB_HOST",
      "PRAKTOR_GROUPS_BASE",
    ]);
  });

  test("finds variables that are misspelled, and no others", () => {
    const names = ["PRAKTOR_WEB_PORT", "PRAKTOR_WEB_PROT", "PRAKTOR_CONFIG", "ANTHROPIC_API_KEY", "HOME"];
    expect(unknownVariables(names)).toEqual(["PRAKTOR_WEB_PROT"]);
  });

  test.each([
    ["PRAKTOR_WEB_PROT", "did you mean PRAKTOR_WEB_PORT?"],
    ["PRAKTOR_WEB_AUTH", "did you mean PRAKTOR_WEB_PASSWORD?"],
    ["PRAKTOR_ANTHROPIC_API_KEY", "did you mean ANTHROPIC_API_KEY?"],
    ["PRAKTOR_TELEGRAM_ALLOW", "did you mean PRAKTOR_TELEGRAM_ALLOW_FROM?"],
    ["PRAKTOR_AGENT_IMAGE", "agent.image is set in the file only"],
    ["PRAKTOR_COLOUR", "config/praktor.example.yaml names them all"],
  ])("of the variable %s it is said: %s", (variable, advice) => {
    expect(variableAdvice(variable)).toBe(advice);
  });

  test("a file that is not there is fine, and known where it was named", async () => {
    const missing = join(tmpdir(), "praktor-nowhere", "praktor.yaml");
    await expect(loadSettings({ PRAKTOR_CONFIG: missing })).resolves.toEqual(
      await loadSettings({ PRAKTOR_CONFIG: "" }),
    );
    expect(missingSettingsFile({ PRAKTOR_CONFIG: missing })).toBe(missing);
    expect([missingSettingsFile({}), missingSettingsFile({ PRAKTOR_CONFIG: import.meta.filename })]).toEqual([
      null,
      null,
    ]);
  });

  test("names every problem at once", () => {
    expect(() => parseSettings("p.yaml", "web:\n  port: x\nnats:\n  port: y\n", {})).toThrow(/web\.port[^]*nats\.port/);
  });
});
