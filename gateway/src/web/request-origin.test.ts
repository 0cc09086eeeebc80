import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RequestFacts } from "./request-origin.ts";
import { checkHost, checkOrigin } from "./request-origin.ts";

const script: RequestFacts = {
  method: "POST",
  upgrade: false,
  host: "praktor.home:8080",
  origin: undefined,
  fetchSite: undefined,
  contentType: "application/json",
  secure: false,
  credential: "none",
};

describe("the Host header", () => {
  test.each([
    "localhost",
    "localhost:8080",
    "LOCALHOST:1",
    "127.0.0.1",
    "127.0.0.1:8080",
    "127.9.9.9:80",
    "[::1]",
    "[::1]:8080",
  ])("%s is this machine", (host) => {
    expect(checkHost(host, { loopbackOnly: true })).toBeNull();
  });

  test.each([
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.example:8080",
    "127.0.0.1.nip.io",
    "128.0.0.1",
    "0.0.0.0:8080",
    "[::]:8080",
    "[::ffff:127.0.0.1]",
    "2130706433",
    "0x7f000001",
    "localhost.",
  ])("%s is refused without a password", (host) => {
    expect(checkHost(host, { loopbackOnly: true })).toMatchObject({ code: "bad_host" });
  });

  test.each([
    undefined,
    "",
    "a b",
    "a,b",
    "a@b",
    "localhost:80@evil.example",
    "localhost:",
    "localhost:123456",
    "local/host",
    "l\u0000",
    "[::1",
    "::1",
    "a:1:2",
  ])("%j is no host at all", (host) => {
    expect(checkHost(host, { loopbackOnly: false })).toMatchObject({ code: "bad_host" });
  });

  test("with a password any name will do, unless names are listed", () => {
    expect(checkHost("praktor.home:8080", { loopbackOnly: false })).toBeNull();
    const allowed = ["Praktor.home"];
    expect(checkHost("praktor.home:8080", { loopbackOnly: false, allowed })).toBeNull();
    expect(checkHost("other.home", { loopbackOnly: false, allowed })).toMatchObject({ code: "bad_host" });
    expect(checkHost("localhost:8080", { loopbackOnly: false, allowed })).toBeNull();
  });
});

describe("where a request comes from", () => {
  test("our own page may do everything", () => {
    const page = {
      ...script,
      origin: "http://praktor.home:8080",
      fetchSite: "same-origin",
      credential: "cookie",
    } as const;
    expect(checkOrigin(page)).toBeNull();
    expect(checkOrigin({ ...page, fetchSite: undefined })).toBeNull();
    expect(checkOrigin({ ...page, method: "GET", upgrade: true })).toBeNull();
    expect(checkOrigin({ ...page, origin: "https://praktor.home:8080", secure: true })).toBeNull();
  });

  test("another origin may do nothing, whatever it is", () => {
    const hosts = fc.constantFrom(
      "praktor.home",
      "praktor.home:8080",
      "evil.example",
      "praktor.home.evil.example:8080",
      "x.praktor.home:8080",
    );
    fc.assert(
      fc.property(
        fc.constantFrom("http", "https", "ws", "file", "chrome-extension"),
        hosts,
        fc.constantFrom("", "/", "?", "#", "\t", ".", ":80"),
        fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE"),
        fc.boolean(),
        fc.constantFrom("basic", "cookie", "none"),
        (scheme, host, tail, method, upgrade, credential) => {
          const origin = `${scheme}://${host}${tail}`;
          fc.pre(origin !== "http://praktor.home:8080");
          expect(checkOrigin({ ...script, origin, method, upgrade, credential })).toMatchObject({
            code: "cross_origin",
          });
        },
      ),
      { numRuns: 300 },
    );
    expect(checkOrigin({ ...script, origin: "null" })).toMatchObject({ code: "cross_origin" });
    expect(checkOrigin({ ...script, origin: "" })).toMatchObject({ code: "cross_origin" });
  });

  test("Sec-Fetch-Site alone is enough to refuse, and a person's own navigation may read", () => {
    for (const fetchSite of ["cross-site", "same-site", "", "SAME-ORIGIN ", "none, same-origin"]) {
      expect(checkOrigin({ ...script, fetchSite, method: "GET" })).toMatchObject({ code: "cross_origin" });
    }
    expect(checkOrigin({ ...script, fetchSite: "none", method: "GET" })).toBeNull();
    expect(checkOrigin({ ...script, fetchSite: "none", method: "POST" })).toMatchObject({ code: "cross_origin" });
    expect(checkOrigin({ ...script, fetchSite: "none", method: "GET", upgrade: true })).toMatchObject({
      code: "cross_origin",
    });
  });

  test("a script shows that it is no form: by Basic or by its content type", () => {
    expect(checkOrigin(script)).toBeNull();
    expect(checkOrigin({ ...script, contentType: "application/json; charset=utf-8" })).toBeNull();
    for (const contentType of [
      undefined,
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; a=application/json",
      "text/plain; application/json",
    ]) {
      expect(checkOrigin({ ...script, contentType })).toMatchObject({ code: "unsafe_content_type" });
      expect(checkOrigin({ ...script, contentType, credential: "basic" })).toBeNull();
    }
    expect(checkOrigin({ ...script, method: "PUT", contentType: undefined })).toBeNull();
  });

  test("the cookie without an Origin is refused for whatever changes something", () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "QUERY"]) {
      expect(checkOrigin({ ...script, method, credential: "cookie" })).toMatchObject({ code: "cross_origin" });
    }
    expect(checkOrigin({ ...script, method: "GET", upgrade: true, credential: "cookie" })).toMatchObject({
      code: "cross_origin",
    });
    expect(checkOrigin({ ...script, method: "GET", credential: "cookie" })).toBeNull();
  });
});
