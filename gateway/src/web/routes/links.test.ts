/** Links for what the browser itself fetches. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ErrorBody } from "@praktor/protocol/rest";
import { LinkView } from "@praktor/protocol/page-token";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Harness } from "../testing/harness.ts";
import { basic, sessionOf } from "../testing/send.ts";

const password = "correct horse battery";
const file = "/api/groups/home/files/content?path=notes/%C3%A4%20b.txt";
let harness: Harness;
let session: ReturnType<typeof sessionOf>;

beforeAll(async () => {
  harness = await Harness.start({ password });
  const folder = join(harness.directory, "files", "home", "notes");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "ä b.txt"), "what was asked for");
  await writeFile(join(folder, "other.txt"), "what was not");
  session = await signIn();
  const body = { id: "home", name: "Home", folder: "home" };
  await harness.send({ method: "POST", path: "/api/groups", body, headers: basic(password) });
});
afterAll(() => harness[Symbol.asyncDispose]());

const signIn = async () => sessionOf(await harness.send({ method: "POST", path: "/api/session", body: { password } }));

const ask = (address: string, headers: Record<string, string> = session) => {
  const own = { ...headers, origin: harness.server.url };
  return harness.send({ method: "POST", path: "/api/links", body: { address }, headers: own });
};
const linkOf = async (address: string): Promise<string> => LinkView.parse((await ask(address)).json).address;

test("a link opens its address for the cookie that it was made for, and for a minute", async () => {
  const { cookie } = session;
  const path = await linkOf(file);
  expect((await harness.send({ path, headers: { cookie } })).text).toBe("what was asked for");
  expect((await harness.send({ method: "HEAD", path, headers: { cookie } })).status).toBe(200);
  expect((await harness.send({ path })).status).toBe(401);
  expect((await harness.send({ path, headers: { cookie: (await signIn()).cookie } })).status).toBe(401);
  harness.clock.advance(61_000);
  expect((await harness.send({ path, headers: { cookie } })).status).toBe(401);
  expect((await harness.send({ path: await linkOf(file), headers: { cookie } })).status).toBe(200);
});

test("a link opens nothing else, whatever is done to it", async () => {
  const { cookie } = session;
  const path = await linkOf(file);
  const [, seal = ""] = path.split("&link=");
  const [expiry = "", mac = ""] = seal.split(".");
  const variants = [
    file,
    `${file}&link=`,
    path.replace("%C3%A4%20b", "other"),
    path.replace("&link=", "&path=notes/other.txt&link="),
    path.replace("/home/", "/house/"),
    `${path}&path=notes/other.txt`,
    `${path}=&path=notes/other.txt`,
    `${file}&link=${Number(expiry) + 60_000}.${mac}`,
    `${file}&link=Infinity.${mac}`,
    `${file}&link=${expiry}.`,
    `/api/groups?link=${seal}`,
    `/api/groups/home/files?path=notes&link=${seal}`,
  ];
  for (const variant of variants) {
    const { status } = await harness.send({ path: variant, headers: { cookie } });
    expect(`${variant} ${status}`).toBe(`${variant} 401`);
  }
  const changed = { method: "PUT", path, body: "changed", headers: { cookie, origin: harness.server.url } };
  expect((await harness.send(changed)).status).toBe(401);
  const out = { method: "DELETE", path: "/api/session", headers: { ...session, origin: harness.server.url } };
  await harness.send(out);
  expect((await harness.send({ path, headers: { cookie } })).status).toBe(401);
  session = await signIn();
});

test("what a sandbox prints has links too, and nothing else has", async () => {
  const path = await linkOf("/api/agents/home/watch");
  const { cookie } = session;
  expect((await harness.send({ path, headers: { cookie } })).status).toBe(404);
  const others = [
    "/api/groups",
    "/api/links",
    `http://evil.example${file}`,
    `//evil.example${file}`,
    "",
    "x",
    `${file}#x`,
  ];
  for (const address of [...others, "/api/groups/home/../../vault", "/api/agents/home/watch?x", "/api/ws"]) {
    const refused = await ask(address);
    expect(`${address} ${refused.status}`).toBe(`${address} 400`);
    expect(ErrorBody.parse(refused.json).error.message).toContain("have links");
  }
  expect((await ask(file, { cookie })).status).toBe(401);
});

test("who needs no link gets the address as it is", async () => {
  expect((await ask(file, basic(password))).json).toEqual({ address: file });
});
