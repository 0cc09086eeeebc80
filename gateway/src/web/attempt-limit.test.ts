import { expect, test } from "vitest";
import { AttemptLimit } from "./attempt-limit.ts";
import { ManualClock } from "./testing/harness.ts";

const limits = {
  perAddress: { burst: 3, refillMs: 1_000 },
  inAll: { burst: 5, refillMs: 1_000 },
  maxAddresses: 4,
};

test("an address has a few tries, then one per interval", () => {
  const clock = new ManualClock();
  const limit = new AttemptLimit(clock, limits);
  expect([1, 2, 3].map(() => limit.take("10.0.0.1"))).toEqual([null, null, null]);
  expect(limit.take("10.0.0.1")).toBe(1_000);
  clock.advance(400);
  expect(limit.take("10.0.0.1")).toBe(600);
  clock.advance(600);
  expect(limit.take("10.0.0.1")).toBeNull();
  expect(limit.take("10.0.0.1")).toBe(1_000);
});

test("asking how long to wait takes no try", () => {
  const clock = new ManualClock();
  const limit = new AttemptLimit(clock, limits);
  for (let count = 0; count < 9; count += 1) expect(limit.waitMs("10.0.0.1")).toBe(0);
  for (let count = 0; count < 3; count += 1) limit.take("10.0.0.1");
  expect(limit.waitMs("10.0.0.1")).toBe(1_000);
  for (const address of ["b", "c"]) limit.take(address);
  expect(limit.waitMs("d")).toBe(1_000);
});

test("many addresses together have a bound, and who knew the password is not kept out by it", () => {
  const limit = new AttemptLimit(new ManualClock(), limits);
  expect(limit.take("192.168.1.2")).toBeNull();
  limit.succeeded("192.168.1.2");
  const tries = ["a", "b", "c", "d", "e", "f", "g"].map((address) => limit.take(address));
  expect(tries.filter((wait) => wait === null)).toHaveLength(5);
  expect(limit.take("192.168.1.2")).toBeNull();
});

test("a right password costs no try", () => {
  const limit = new AttemptLimit(new ManualClock(), limits);
  for (let count = 0; count < 50; count += 1) {
    expect(limit.take("10.0.0.1")).toBeNull();
    limit.succeeded("10.0.0.1");
  }
});

test("all addresses of an IPv6 network share their tries, and a mapped IPv4 address is the IPv4 address", () => {
  const limit = new AttemptLimit(new ManualClock(), limits);
  for (const address of ["2001:db8:1:2::1", "2001:db8:1:2:ffff::2", "2001:db8:1:2:3:4:5:6"]) limit.take(address);
  expect(limit.take("2001:db8:1:2::9")).not.toBeNull();
  expect(limit.take("2001:db8:1:3::9")).toBeNull();
  const other = new AttemptLimit(new ManualClock(), limits);
  for (let count = 0; count < 3; count += 1) other.take("::ffff:10.0.0.1");
  expect(other.take("10.0.0.1")).not.toBeNull();
});
