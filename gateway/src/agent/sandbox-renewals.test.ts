/** A changed network policy, or other secrets: what runs is replaced when its turns have ended, and new turns wait until then. */
import type { NetworkPolicy } from "@praktor/protocol/network";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Background } from "../kit/background.ts";
import { silentLogger } from "../kit/logger.ts";
import { SandboxRenewals } from "./sandbox-renewals.ts";
import { AgentBench } from "./testing/agent-bench.ts";

let policy: NetworkPolicy;
let busy: boolean;
let renewed: number;
let bench: AgentBench;
let background: Background;
let renewals: SandboxRenewals;
const group = { id: "a", folder: "a", kind: "chat" } as const;
const signal = new AbortController().signal;

beforeEach(async () => {
  policy = "open";
  busy = false;
  renewed = 0;
  const networkOf = (): Promise<NetworkPolicy> => Promise.resolve(policy);
  bench = new AgentBench({ pool: { networkOf } });
  await bench.group("a");
  background = new Background((error) => expect.fail(String(error)));
  renewals = new SandboxRenewals({
    pool: bench.pool,
    networkOf,
    isBusy: () => busy,
    onRenewed: () => (renewed += 1),
    background,
    logger: silentLogger,
  });
});
afterEach(async () => {
  await background[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

const running = (): (NetworkPolicy | undefined)[] => bench.pool.list().map(({ network }) => network);

test("is replaced at once when nothing runs in it, and starts with the new policy", async () => {
  await bench.pool.ensure(group, signal);
  expect(running()).toEqual(["open"]);
  policy = "none";
  await renewals.look("a");
  await background.idle();
  expect(running()).toEqual([]);
  expect(renewals.isPending("a")).toBe(false);
  expect(renewed).toBe(1);
  await bench.pool.ensure(group, signal);
  expect(running()).toEqual(["none"]);
});

test("waits for the turn that runs, and holds the next ones back until then", async () => {
  await bench.pool.ensure(group, signal);
  busy = true;
  policy = "allowlist";
  await renewals.look("a");
  await background.idle();
  expect(running()).toEqual(["open"]);
  expect(renewals.isPending("a")).toBe(true);
  expect(renewals.isPending("b")).toBe(false);
  busy = false;
  renewals.turnEnded("a");
  await background.idle();
  expect(running()).toEqual([]);
  expect(renewals.isPending("a")).toBe(false);
});

test("stays when the policy is what it was, or is so again before the turn ends", async () => {
  await bench.pool.ensure(group, signal);
  await renewals.look("a");
  busy = true;
  policy = "none";
  await renewals.look("a");
  policy = "open";
  await renewals.look("a");
  expect(renewals.isPending("a")).toBe(false);
  busy = false;
  renewals.turnEnded("a");
  await background.idle();
  expect(running()).toEqual(["open"]);
});

test("with other secrets an idle one is stopped before that is answered, and one that works when its turns have ended", async () => {
  await bench.pool.ensure(group, signal);
  expect(await renewals.refresh(["a", "a", "stopped"])).toEqual({ restarted: ["a"], later: [] });
  expect(running()).toEqual([]);
  expect(renewals.isPending("a")).toBe(false);
  await bench.pool.ensure(group, signal);
  busy = true;
  expect(await renewals.refresh(["a"])).toEqual({ restarted: [], later: ["a"] });
  expect(running()).toEqual(["open"]);
  expect(renewals.isPending("a")).toBe(true);
  busy = false;
  renewals.turnEnded("a");
  await background.idle();
  expect(running()).toEqual([]);
});

test("one that an earlier life left outdated is replaced at once, or when its turns have ended", async () => {
  await bench.pool.ensure(group, signal);
  busy = true;
  renewals.outdated("a", "settings");
  await background.idle();
  expect(running()).toEqual(["open"]);
  expect(renewals.isPending("a")).toBe(true);
  busy = false;
  renewals.turnEnded("a");
  await background.idle();
  expect(running()).toEqual([]);
  await bench.pool.ensure(group, signal);
  renewals.outdated("a", "secrets");
  await background.idle();
  expect(running()).toEqual([]);
  expect(renewals.isPending("a")).toBe(false);
});

test("a policy that is what it was does not call off what other secrets need", async () => {
  await bench.pool.ensure(group, signal);
  busy = true;
  policy = "none";
  await renewals.look("a");
  await renewals.refresh(["a"]);
  renewals.outdated("a", "settings");
  policy = "open";
  await renewals.look("a");
  expect(renewals.isPending("a")).toBe(true);
  busy = false;
  renewals.turnEnded("a");
  await background.idle();
  expect(running()).toEqual([]);
  expect(renewed).toBe(1);
});
