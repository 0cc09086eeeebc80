/** The doctor's pure parts: which ports listen, what is said of what was reached, and the rule as commands. */
import { expect, test } from "vitest";
import { Settings } from "../../config/schema.ts";
import { browserFinding } from "./browser-finding.ts";
import { firewallRule } from "./firewall.ts";
import { judge, readListening } from "./from-inside.ts";

const settings = Settings.parse({});

test("listening ports are read from the kernel's table, without loopback's", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue",
    "   0: 00000000:0016 00000000:0000 0A 00000000",
    "   1: 0100007F:1F90 00000000:0000 0A 00000000",
    "   2: 0A00A8C0:0050 00000000:0000 0A 00000000",
    "   3: 00000000:0035 01020304:1111 01 00000000",
    "   4: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 0",
    "   5: 00000000000000000000000001000000:0277 00000000000000000000000000000000:0000 0A 0",
  ].join("\n");
  expect(readListening(table)).toEqual([22, 80, 443]);
});

test("what agents reach is told with what to do; NATS and the endpoint are theirs", () => {
  const levels = (reached: [string, number][]): string[] =>
    judge(reached, "172.18.0.1", settings).map(({ level, what }) => `${what} ${level}`);
  expect(
    levels([
      ["172.18.0.1", 4222],
      ["172.18.0.1", 4280],
    ]),
  ).toEqual(["Page ok", "Services of this machine ok", "Metadata address ok", "IPv6 ok"]);
  const bad: [string, number][] = [
    ["172.18.0.1", 22],
    ["172.18.0.1", 8080],
    ["169.254.169.254", 80],
    ["2606:4700:4700::1111", 443],
  ];
  expect(levels(bad)).toEqual(["Page bad", "Services of this machine warn", "Metadata address bad", "IPv6 warn"]);
  expect(judge(bad, "172.18.0.1", settings)[1]?.detail).toBe("Agents reach port 22 of this machine.");
});

test("the rule leaves NATS and the endpoint open, drops the rest, and can be undone", () => {
  const rule = firewallRule("praktor", [4222, 4280]);
  const applied = rule.apply.map((step) => step.arguments.join(" "));
  expect(applied).toContain("-A PRAKTOR-INPUT -p tcp -m multiport --dports 4222,4280 -j RETURN");
  expect(applied.indexOf("-A PRAKTOR-INPUT -j DROP")).toBeGreaterThan(
    applied.findIndex((one) => one.includes("--dports 4222,4280")),
  );
  expect(applied.find((one) => one.startsWith("-I INPUT"))).toMatch(/^-I INPUT -i prk[0-9a-f]{4}-\+ -j PRAKTOR-INPUT$/);
  // A second time adds no second jump.
  for (const step of rule.apply) expect(/^-[NI] /.test(step.arguments.join(" "))).toBe(step.unless !== undefined);
  expect(rule.undo.at(2)).toEqual(["-X", "PRAKTOR-INPUT"]);
});

test("an image without a browser is as it was wanted; one that does not say is to be built anew", () => {
  const told = (labels: Record<string, string>): string => {
    const { level, detail } = browserFinding("agents", labels);
    return `${level}: ${detail}`;
  };
  expect(told({ "praktor.browser": "chromium" })).toBe("ok: agents has one: chromium.");
  expect(told({ "praktor.browser": "none" })).toBe("ok: agents was built without one, and agents are told so.");
  expect(told({})).toMatch(/^warn: agents does not say/);
});
