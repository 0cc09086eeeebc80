/** Which targets pass a list, and which addresses are the internet's: the pure cores of the forward proxy. */
import { BlockList } from "node:net";
import { array, assert, constantFrom, nat, oneof, property, string, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { connectTarget, isAllowed, listEntry, narrowed, needsYes, plainTarget } from "./forward-target.ts";
import { isPublicAddress } from "./public-address.ts";

const allow = ["example.org", "git.example.org:8443", "192.0.2.7"];

describe("an allow-list", () => {
  test.each([
    ["example.org:443", true],
    ["example.org:80", true],
    ["EXAMPLE.ORG:443", true],
    ["example.org:22", false],
    ["git.example.org:8443", true],
    ["git.example.org:443", false],
    ["www.example.org:443", false],
    ["example.org.evil.net:443", false],
    ["evil-example.org:443", false],
    ["example.org.:443", false],
    ["192.0.2.7:80", true],
    ["0300.0.2.7:80", false],
  ])("%s: %s", (authority, expected) => {
    const target = connectTarget(authority);
    expect(target !== null && isAllowed(target, allow)).toBe(expected);
  });

  test("narrowed by another lets through what both do", () => {
    const lists = array(constantFrom("a.org", "a.org:80", "a.org:443", "a.org:8443", "b.org", "b.org:22"));
    const hosts = constantFrom("a.org", "b.org", "c.org");
    assert(
      property(lists, lists, hosts, constantFrom(22, 80, 443, 8443), (left, right, host, port) => {
        const target = { host, port };
        expect(isAllowed(target, narrowed(left, right))).toBe(isAllowed(target, left) && isAllowed(target, right));
      }),
    );
  });

  test("lets through nothing else, whatever is written (10,000 targets)", () => {
    const noise = oneof(
      string(),
      constantFrom(
        "example.org",
        "example.org:443",
        "@",
        "#",
        "?",
        "/",
        "\\",
        "%2e",
        "\0",
        ":443",
        "http://",
        " ",
        ".",
      ),
    );
    const written = array(noise, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(""));
    const right = new Set([
      "example.org:443",
      "example.org:80",
      "git.example.org:8443",
      "192.0.2.7:80",
      "192.0.2.7:443",
    ]);
    const forAll = () =>
      assert(
        property(written, (text) => {
          const target = connectTarget(text);
          const passes = target !== null && isAllowed(target, allow);
          if (passes && !right.has(text.toLowerCase())) return false;
          const url = plainTarget(text);
          // Another reader of the same URL must find the same host in it.
          return url === null || !isAllowed(url, allow) || new URL(text).hostname === url.host;
        }),
        { numRuns: 10_000 },
      );
    expect(forAll).not.toThrow();
  });
});

describe("a list of hosts that need a yes", () => {
  const ask = ["example.org", "git.example.org:8443"];
  test.each([
    ["example.org:443", true],
    ["Example.ORG:80", true],
    ["example.org:9000", true],
    ["git.example.org:8443", true],
    ["git.example.org:443", false],
    ["www.example.org:443", false],
    ["example.org.evil.net:443", false],
  ])("%s: %s", (authority, expected) => {
    const target = connectTarget(authority);
    expect(target !== null && needsYes(target, ask)).toBe(expected);
  });

  test("holds for every way of writing a host that an allow-list lets through (10,000 targets)", () => {
    const hosts = constantFrom("example.org", "git.example.org", "b.org", "192.0.2.7", "2.0.192.7", "org");
    const ports = constantFrom("", ":80", ":443", ":8443", ":22", ":0443", ":00080");
    const noise = constantFrom("", "", "", ".", "%2e", "%00", "@", "#", "\\", " ", "\t", "..", "\u3002", "a");
    const way = tuple(noise, hosts, noise, ports, array(nat(1), { maxLength: 40 }));
    const entries = array(
      constantFrom("example.org", "example.org:8443", "git.example.org:8443", "192.0.2.7", "b.org:22"),
    );
    const forAll = () =>
      assert(
        property(way, entries, entries, ([before, host, after, port, capitals], list, asks) => {
          const written = (before + host + after + (port === "" ? ":443" : port))
            .split("")
            .map((letter, at) => (capitals[at] === 1 ? letter.toUpperCase() : letter))
            .join("");
          return [connectTarget(written), plainTarget(`http://${written}/`)].every((target) => {
            if (target === null || !isAllowed(target, [...list, ...asks])) return true;
            // What passes is exactly a name as a list has it, and the question stands in the lists' own words.
            const named = asks.some((entry) => entry === target.host || entry === `${target.host}:${target.port}`);
            return (
              needsYes(target, asks) === named &&
              listEntry(target).split(":")[0] === target.host &&
              target.host === host
            );
          });
        }),
        { numRuns: 10_000 },
      );
    expect(forAll).not.toThrow();
  });
});

describe("a public address", () => {
  test.each(["93.184.215.14", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1"])(
    "%s is one",
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  test.each([
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.1.1",
    "169.254.169.254",
    "172.17.0.1",
    "172.31.9.9",
    "192.168.1.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::10.0.0.1",
    "2002:7f00:1::",
    "2001:db8::1",
    "localhost",
    "",
    "example.org",
    "fe80::1%eth0",
    "fec0::1",
    "100::1",
    "2001::1",
  ])("%s is none", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  // IANA's registries of special-purpose addresses (IPv4 and IPv6), multicast, and what clouds keep for themselves.
  test.each([
    ["0.0.0.0", "0.255.255.255"],
    ["10.0.0.0", "10.255.255.255"],
    ["100.64.0.0", "100.127.255.255"],
    ["100.100.100.200", "100.100.100.200"],
    ["127.0.0.0", "127.255.255.255"],
    ["168.63.129.16", "168.63.129.16"],
    ["169.254.0.0", "169.254.255.255"],
    ["172.16.0.0", "172.31.255.255"],
    ["192.0.0.0", "192.0.0.255"],
    ["192.0.2.0", "192.0.2.255"],
    ["192.31.196.0", "192.31.196.255"],
    ["192.52.193.0", "192.52.193.255"],
    ["192.88.99.0", "192.88.99.255"],
    ["192.168.0.0", "192.168.255.255"],
    ["192.175.48.0", "192.175.48.255"],
    ["198.18.0.0", "198.19.255.255"],
    ["198.51.100.0", "198.51.100.255"],
    ["203.0.113.0", "203.0.113.255"],
    ["224.0.0.0", "239.255.255.255"],
    ["240.0.0.0", "255.255.255.255"],
    ["::", "::1"],
    ["::ffff:0:0", "::ffff:10.255.255.255"],
    ["::ffff:168.63.129.16", "::ffff:168.63.129.16"],
    ["64:ff9b::", "64:ff9b::ffff:ffff"],
    ["64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"],
    ["100::", "100::ffff:ffff:ffff:ffff"],
    ["100:0:0:1::", "100::1:ffff:ffff:ffff:ffff"],
    ["2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2001:1::1", "2001:1::3"],
    ["2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff"],
    ["2001:3::", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2001:4:112::", "2001:4:112:ffff:ffff:ffff:ffff:ffff"],
    ["2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2001:30::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2001:100::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"],
    ["3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ])("none from %s to %s is", (first, last) => {
    expect([isPublicAddress(first), isPublicAddress(last)]).toEqual([false, false]);
  });

  test.each([
    "168.63.129.15",
    "168.63.129.17",
    "192.0.1.1",
    "192.31.195.255",
    "192.175.49.0",
    "198.17.255.255",
    "198.20.0.0",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2620:4f:8001::1",
    "2620:fe::fe",
  ])("%s, beside one of them, is", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test("is never of the private ranges (10,000 addresses)", () => {
    const closed = new BlockList();
    for (const [net, bits] of [
      ["10.0.0.0", 8],
      ["172.16.0.0", 12],
      ["192.168.0.0", 16],
      ["127.0.0.0", 8],
      ["169.254.0.0", 16],
      ["100.64.0.0", 10],
      ["0.0.0.0", 8],
    ] as const)
      closed.addSubnet(net, bits);
    const first = constantFrom(0, 10, 100, 127, 169, 172, 192, 8);
    const octet = nat(255);
    const forAll = () =>
      assert(
        property(first, octet, octet, octet, (...octets) => {
          const address = octets.join(".");
          return !(closed.check(address) && (isPublicAddress(address) || isPublicAddress(`::ffff:${address}`)));
        }),
        { numRuns: 10_000 },
      );
    expect(forAll).not.toThrow();
  });
});
