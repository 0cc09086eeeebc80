import { monitorEventLoopDelay } from "node:perf_hooks";
import { pageTokenHeader } from "@praktor/protocol/page-token";
import { ErrorBody, SessionView } from "@praktor/protocol/rest";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PageCookies } from "./page-cookies.ts";
import { requirePassword } from "./password.ts";
import { silentLogger } from "../kit/logger.ts";
import { Harness } from "./testing/harness.ts";
import type { Answer } from "./testing/send.ts";
import { basic, send, sessionOf } from "./testing/send.ts";
import type { WebServerOptions } from "./web-server.ts";
import { WebServer } from "./web-server.ts";

const password = "correct horse battery";
const started: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one[Symbol.asyncDispose]();
});

async function start(overrides: Partial<WebServerOptions> = {}): Promise<Harness> {
  const harness = await Harness.start({ password, ...overrides });
  started.push(harness);
  return harness;
}

async function signIn(harness: Harness, candidate = password): Promise<Answer> {
  return harness.send({ method: "POST", path: "/api/session", body: { password: candidate } });
}

const codeOf = (answer: Answer): string => ErrorBody.parse(answer.json).error.code;

describe("starting", () => {
  test.each(["0.0.0.0", "::", "172.18.0.2", "praktor.home"])("on %s needs a password of 12 characters", (host) => {
    expect(() => requirePassword(host, null)).toThrow(expect.objectContaining({ code: "web_password" }));
    expect(() => requirePassword(host, "elevenchars")).toThrow(expect.objectContaining({ code: "web_password" }));
    expect(() => requirePassword(host, "twelve chars")).not.toThrow();
  });

  test("on loopback needs none, but an empty one is a mistake", () => {
    for (const host of ["127.0.0.1", "localhost", "::1"]) {
      expect(() => requirePassword(host, null)).not.toThrow();
      expect(() => requirePassword(host, "")).toThrow(expect.objectContaining({ code: "web_password" }));
    }
  });

  test.each([
    ["elevenchars", 1],
    ["twelve chars", 0],
  ])("on loopback with %s says so %i times in the log, without the password", async (chosen, times) => {
    const warned: string[] = [];
    const logger = {
      ...silentLogger,
      warn: (fields: object, text: string) => warned.push(JSON.stringify(fields) + text),
    };
    await start({ password: chosen, logger });
    expect(warned.filter((line) => line.includes("the page's password is short"))).toHaveLength(times);
    expect(warned.join()).not.toContain(chosen);
  });

  test("is refused before anything listens", async () => {
    await expect(Harness.start({ host: "0.0.0.0" })).rejects.toMatchObject({ code: "web_password" });
  });

  test("says which address is taken", async () => {
    const first = await start({ password: null });
    const port = Number(new URL(first.server.url).port);
    await expect(Harness.start({ port })).rejects.toMatchObject({ code: "web_listen" });
  });
});

describe("without a password", () => {
  test("everybody on this machine is in, under a loopback name only", async () => {
    const harness = await start({ password: null });
    const session = await harness.send({ path: "/api/session" });
    expect(SessionView.parse(session.json)).toEqual({ required: false, signed_in: true });
    expect((await harness.send({ path: "/api/groups" })).status).toBe(200);
    for (const path of ["/api/groups", "/", "/healthz"]) {
      expect(codeOf(await harness.send({ path, headers: { host: "evil.example" } }))).toBe("bad_host");
    }
    expect((await signIn(harness)).headers["set-cookie"]).toBeUndefined();
  });
});

describe("with a password", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start({ password });
  });
  // Time gives back what earlier tests used up of the allowed attempts.
  beforeEach(() => harness.clock.advance(10 * 60 * 1000));
  afterAll(() => harness[Symbol.asyncDispose]());

  test("the API is closed, signing in opens it, signing out closes it again", async () => {
    expect(SessionView.parse((await harness.send({ path: "/api/session" })).json)).toEqual({
      required: true,
      signed_in: false,
    });
    expect(codeOf(await harness.send({ path: "/api/groups" }))).toBe("unauthorized");

    const signedIn = await signIn(harness);
    expect(signedIn.json).toEqual({
      required: true,
      signed_in: true,
      page_token: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(signedIn.headers["set-cookie"]?.[0]).toMatch(
      /^praktor_session_[0-9a-f]{8}=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const headers = sessionOf(signedIn);
    expect((await harness.send({ path: "/api/groups", headers })).status).toBe(200);
    expect(SessionView.parse((await harness.send({ path: "/api/session", headers })).json).signed_in).toBe(true);

    const origin = harness.server.url;
    const out = await harness.send({ method: "DELETE", path: "/api/session", headers: { ...headers, origin } });
    expect(out.json).toEqual({ required: true, signed_in: false });
    expect(out.headers["set-cookie"]?.[0]).toContain("Max-Age=0");
    expect((await harness.send({ path: "/api/groups", headers })).status).toBe(401);
  });

  test("signing out ends the session by its cookie alone, though not for another site", async () => {
    const headers = sessionOf(await signIn(harness));
    const cookie = headers.cookie;
    const signOut = (sent: Record<string, string>) =>
      harness.send({ method: "DELETE", path: "/api/session", headers: { cookie, ...sent } });
    for (const elsewhere of [{ origin: "http://evil.example" }, {}]) {
      expect(codeOf(await signOut(elsewhere))).toBe("cross_origin");
    }
    expect((await harness.send({ path: "/api/groups", headers })).status).toBe(200);

    expect((await signOut({ origin: harness.server.url })).json).toEqual({ required: true, signed_in: false });
    expect((await harness.send({ path: "/api/groups", headers })).status).toBe(401);
  });

  test("another Praktor on the same host name has cookies of its own, the same after a restart", async () => {
    const nameOf = (answer: Answer): string => answer.headers["set-cookie"]?.[0]?.split("=")[0] ?? "";
    const [first, other] = [await signIn(harness), await signIn(await start({ password }))];
    expect(nameOf(other)).toMatch(/^praktor_session_[0-9a-f]{8}$/);
    expect(nameOf(other)).not.toBe(nameOf(first));
    // After a restart too.
    expect((await PageCookies.open(harness.store.settings)).nameOf("session", false)).toBe(nameOf(first));
    // A browser sends both to both.
    const headers = sessionOf(first);
    const cookie = `${sessionOf(other).cookie}; ${headers.cookie}`;
    expect((await harness.send({ path: "/api/groups", headers: { ...headers, cookie } })).status).toBe(200);
  });

  test("cookies that nobody wrote here let nobody in, and break nothing", async () => {
    const cookies = await PageCookies.open(harness.store.settings);
    for (const kind of ["session", "device"] as const) {
      const name = cookies.nameOf(kind, false);
      for (const value of ["%", "%zz", "", '"', "a; =; b", "\u00ff", "x".repeat(4_000)]) {
        const headers = { cookie: `${name}=${value}` };
        expect((await harness.send({ path: "/api/groups", headers })).status).toBe(401);
      }
    }
  });

  test("on TLS the cookie is bound to this host, and what came without TLS opens nothing", async () => {
    const proxied = await start({ password, behindProxy: true });
    const tls = { "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.7" };
    const request = { method: "POST", path: "/api/session", body: { password }, headers: tls };
    const answer = await proxied.send(request);
    for (const line of answer.headers["set-cookie"] ?? [])
      expect(line).toMatch(
        /^__Host-praktor_(?:session|device)_[0-9a-f]{8}=[^;]+; .*Path=\/; HttpOnly; Secure; SameSite=Strict$/,
      );
    expect(answer.headers["set-cookie"]).toHaveLength(2);
    const headers = { ...sessionOf(answer), ...tls };
    expect((await proxied.send({ path: "/api/groups", headers })).status).toBe(200);
    const plain = headers.cookie.replace("__Host-", "");
    expect((await proxied.send({ path: "/api/groups", headers: { ...headers, cookie: plain } })).status).toBe(401);
  });

  test("a script sends it by Basic, with any user name", async () => {
    expect((await harness.send({ path: "/api/groups", headers: basic(password) })).status).toBe(200);
    const wrong = await harness.send({ path: "/api/groups", headers: basic("wrong") });
    expect([wrong.status, codeOf(wrong)]).toEqual([401, "wrong_password"]);
    expect(wrong.headers["www-authenticate"]).toBeUndefined();
    const odd = ["Basic", "Basic ", "Basic %%%", "Basic bm9jb2xvbg==", "Bearer x", `Basic ${"A".repeat(4000)}`];
    for (const authorization of odd) {
      expect((await harness.send({ path: "/api/groups", headers: { authorization } })).status).toBe(401);
    }
    const umlaut = await start({ password: "für immer geheim" });
    const decomposed = "für immer geheim".normalize("NFD");
    expect((await umlaut.send({ path: "/api/groups", headers: basic(decomposed) })).status).toBe(200);
  });

  test("many right ones at once are not taken for a flood", async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => harness.send({ path: "/api/groups", headers: basic(password) })),
    );
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  });

  test("a session outlasts a restart, but neither its time nor another password", async () => {
    const first = await start();
    const headers = sessionOf(await signIn(first));
    const again = async (overrides: Partial<WebServerOptions>): Promise<number> => {
      const other = new Harness(first.directory, first.store, first.clock, { password, ...overrides });
      await other.server.start(AbortSignal.timeout(20_000));
      const { status } = await other.send({ path: "/api/groups", headers });
      await other.server[Symbol.asyncDispose]();
      return status;
    };
    expect(await again({})).toBe(200);
    expect(await again({ password: "another horse battery" })).toBe(401);
    expect((await first.send({ path: "/api/groups", headers })).status).toBe(200);
    first.clock.advance(31 * 24 * 60 * 60 * 1000);
    expect((await first.send({ path: "/api/groups", headers })).status).toBe(401);
  });

  test("the store keeps neither password nor token", async () => {
    const { cookie, [pageTokenHeader]: pageToken } = sessionOf(await signIn(harness));
    const token = cookie.split("=")[1] ?? "";
    const stored = `${await harness.store.settings.get("web.password")} ${await harness.store.settings.get("web.sessions")}`;
    expect(token).toHaveLength(43);
    expect(stored).not.toContain(token);
    expect(pageToken).toHaveLength(43);
    expect(stored).not.toContain(pageToken);
    expect(stored).not.toContain(password);
  });

  test("the cookie is Secure on TLS, which a proxy says only where it is believed", async () => {
    const headers = { "x-forwarded-proto": "https" };
    const behind = await start({ behindProxy: true });
    const host = new URL(behind.server.url).host;
    const tls = { ...headers, origin: `https://${host}` };
    const request = { method: "POST", path: "/api/session", headers: tls, body: { password } };
    expect((await behind.send(request)).headers["set-cookie"]?.[0]).toContain("; Secure");
    const direct = await start();
    const plain = await direct.send({ ...request, headers });
    expect(plain.headers["set-cookie"]?.[0]).not.toContain("Secure");
  });

  test("the page itself, health and the sign-in answer before it", async () => {
    for (const path of ["/", "/groups/x", "/healthz", "/readyz", "/api/session"]) {
      expect((await harness.send({ path })).status).not.toBe(401);
    }
  });

  test("only listed names are served, where names are listed", async () => {
    const harness = await start({ allowedHosts: ["praktor.home"] });
    const statusFor = async (host: string): Promise<number> =>
      (await harness.send({ path: "/api/groups", headers: { host, ...basic(password) } })).status;
    expect(await statusFor("praktor.home:443")).toBe(200);
    expect(await statusFor("evil.example")).toBe(403);
  });
});

describe("guessing", () => {
  test("ends in 429 for an address, even with the right password, while a session goes on", async () => {
    const harness = await start();
    const headers = sessionOf(await signIn(harness));
    const answers: Answer[] = [];
    for (let count = 0; count < 15; count += 1) answers.push(await signIn(harness, `guess number ${count}`));
    expect(answers.slice(0, 10).every(({ status }) => status === 401)).toBe(true);
    const last = answers.at(-1);
    expect(last?.status).toBe(429);
    expect(Number(last?.headers["retry-after"])).toBeGreaterThan(0);
    expect((await signIn(harness)).status).toBe(429);
    expect((await harness.send({ path: "/api/groups", headers: basic(password) })).status).toBe(429);
    expect((await harness.send({ path: "/api/groups", headers })).status).toBe(200);
    harness.clock.advance(10_000);
    expect((await signIn(harness)).status).toBe(200);
  });

  test("from the owner's own address leaves his browser its tries, over a sign-out and a restart too", async () => {
    const harness = await start();
    const signedIn = await signIn(harness);
    const device = signedIn.headers["set-cookie"]?.[1] ?? "";
    expect(device).toMatch(
      /^praktor_device_[0-9a-f]{8}=[\w.-]+; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const cookie = device.split(";")[0] ?? "";
    const request = { method: "POST", path: "/api/session", body: { password } };
    const flood = async (server: Harness, headers = {}): Promise<number | undefined> => {
      let last: Answer | undefined;
      for (let count = 0; count < 40; count += 1)
        last = await server.send({ ...request, headers, body: { password: `guess number ${count}` } });
      return last?.status;
    };
    expect(await flood(harness)).toBe(429);
    expect((await signIn(harness)).status).toBe(429);
    const again = await harness.send({ ...request, headers: { cookie } });
    expect(again.status).toBe(200);
    expect(again.headers["set-cookie"]).toHaveLength(1);

    const restarted = new Harness(harness.directory, harness.store, harness.clock, { password });
    started.push(restarted);
    await restarted.server.start(new AbortController().signal);
    expect(await flood(restarted)).toBe(429);
    expect((await restarted.send({ ...request, headers: { cookie } })).status).toBe(200);
    // A browser that is known guesses no more than an address, and one that was made up not at all.
    expect(await flood(restarted, { cookie })).toBe(429);
    expect((await restarted.send({ ...request, headers: { cookie: `${cookie.slice(0, -2)}xx` } })).status).toBe(429);
  });

  test("as a flood keeps the event loop free, and the owner's session works through it", async () => {
    const harness = await start();
    const headers = sessionOf(await signIn(harness));
    const loop = monitorEventLoopDelay({ resolution: 5 });
    loop.enable();
    const flood = Promise.all(
      Array.from({ length: 20 }, async (_, lane) => {
        for (let count = 0; count < 15; count += 1) {
          const answer = await send(harness.server.url, {
            path: "/api/groups",
            headers: basic(`${lane}-${count}`),
          });
          expect([401, 429]).toContain(answer.status);
        }
      }),
    );
    for (let count = 0; count < 20; count += 1) {
      expect((await harness.send({ path: "/api/groups", headers })).status).toBe(200);
    }
    await flood;
    loop.disable();
    expect(loop.percentile(95) / 1e6).toBeLessThan(150);
  });
});

describe("a server", () => {
  test("may be disposed twice, also when it was never started", async () => {
    const harness = await start({ password: null });
    await harness.server[Symbol.asyncDispose]();
    await harness.server[Symbol.asyncDispose]();
    const { server } = new Harness(harness.directory, harness.store, harness.clock, {});
    expect(server).toBeInstanceOf(WebServer);
    expect(() => server.url).toThrow(expect.objectContaining({ code: "not_started" }));
    await server[Symbol.asyncDispose]();
  });

  test("does not start after its signal", async () => {
    const harness = await start({ password: null });
    const { server } = new Harness(harness.directory, harness.store, harness.clock, {});
    await expect(server.start(AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
  });
});
