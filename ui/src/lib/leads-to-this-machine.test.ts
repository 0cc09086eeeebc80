import { expect, test } from "vitest";
import { leadsToThisMachine } from "./leads-to-this-machine.ts";

const page = "http://127.0.0.1:8080/history";

test("another port of the page's host and every loopback name are this machine, however they are written", () => {
  const addresses = [
    "http://127.0.0.1:9999/x",
    "http://127.1:9999",
    "http://2130706433:9999",
    "http://0x7f.1:9999",
    "//127.0.0.1:9999/x",
    "http://LOCALHOST:9999",
    "http://localhost.:9999",
    "http://a.localhost:9999",
    "http://[::1]:9999",
    "http://[::ffff:127.0.0.1]:9999",
    "http://0.0.0.0:9999",
    "http://user@127.0.0.1:9999",
    "https://127.0.0.1:8080",
  ];
  for (const address of addresses) expect([address, leadsToThisMachine(address, page)]).toEqual([address, true]);
  expect(leadsToThisMachine("http://praktor.example:9999", "https://praktor.example/history")).toBe(true);
});

test("the page itself, the rest of the world and what is no address are not", () => {
  for (const address of [
    "/tasks",
    "#x",
    "http://127.0.0.1:8080/x",
    "https://example.org",
    "mailto:a@localhost",
    "http://[",
  ]) {
    expect([address, leadsToThisMachine(address, page)]).toEqual([address, false]);
  }
});
