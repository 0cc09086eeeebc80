/** A flood of wrong passwords, and hosts that are nearly the right one. */
import { expect, test } from "vitest";
import { checkHost } from "./request-origin.ts";
import { Harness } from "./testing/harness.ts";

const guesses = process.env["PRAKTOR_LONG"] === "1" ? 10_000 : 1_000;
const password = "correct horse battery";

test(`${guesses} wrong passwords let nobody in, are soon refused unread, and leave the owner's session alone`, async () => {
  await using harness = await Harness.start({ password });
  const guess = (text: string) =>
    harness.send({
      method: "POST",
      path: "/api/session",
      body: { password: text },
      headers: { origin: harness.server.url },
    });
  const signedIn = await guess(password);
  const cookie = String(signedIn.headers["set-cookie"]).split(";")[0] ?? "";
  const groups = () => harness.send({ path: "/api/groups", headers: { cookie } });
  const statuses = new Map<number, number>();
  for (let sent = 0; sent < guesses; sent += 50) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => guess(`wrong password ${sent + index}`)),
    );
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    expect((await groups()).status).toBe(200);
  }
  expect(new Set(statuses.keys())).toEqual(new Set([401, 429]));
  expect(statuses.get(401)).toBeLessThan(20);
  expect((await groups()).status).toBe(200);
}, 60_000);

test("of 200 hosts that are nearly the right one only the exact list is answered", () => {
  const right = "praktor.example.org";
  const noise = [
    "",
    ".",
    "..",
    "-",
    "_",
    "@",
    "%",
    "%00",
    "%2e",
    "#",
    "?",
    "/",
    "\\",
    ",",
    ";",
    " ",
    "\t",
    "\0",
    ":",
    "::",
    "x",
    "www.",
    "evil.net",
  ];
  const variants = noise.flatMap((one) => [
    `${one}${right}`,
    `${right}${one}`,
    `praktor${one}.example.org`,
    `praktor.example${one}.org`,
    `${one}.${right}`,
    `${right}.${one}`,
    `${right}, ${one}`,
    `${one}@${right}`,
    `${right}:${one}`,
  ]);
  expect(variants.length).toBeGreaterThan(200);
  const rule = { loopbackOnly: false, allowed: [right] };
  const answered = new Set(variants.filter((host) => checkHost(host, rule) === null));
  expect([...answered]).toEqual([right]);
  expect(checkHost(right.toUpperCase(), rule)).toBeNull();
  expect(checkHost(`${right}:8443`, rule)).toBeNull();
});
