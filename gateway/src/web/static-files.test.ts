import { mkdtemp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Harness } from "./testing/harness.ts";
import type { Answer } from "./testing/send.ts";

const page = "<!doctype html><title>Mission Control</title>";
const script = "console.log(1);\n".repeat(200);
let directory: string;
let harness: Harness;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "praktor-ui-"));
  await mkdir(join(directory, "ui", "assets"), { recursive: true });
  await writeFile(join(directory, "secret.txt"), "secret");
  await writeFile(join(directory, "ui", "index.html"), page);
  await writeFile(join(directory, "ui", "favicon.svg"), "<svg/>");
  await writeFile(join(directory, "ui", "assets", "main-abc123.js"), script);
  await writeFile(join(directory, "ui", "assets", "font.woff2"), Buffer.alloc(5_000));
  harness = await Harness.start({ uiDirectory: join(directory, "ui") });
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> =>
  harness.send({ method, path, headers });

describe("the page", () => {
  test.each(["/", "/groups", "/groups/-100/files", "/groups/a%20b"])("is what %s shows", async (path) => {
    const answer = await get(path);
    expect(answer).toMatchObject({ status: 200, text: page });
    expect(answer.headers).toMatchObject({ "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" });
  });

  test("is not what a missing file shows", async () => {
    for (const path of ["/assets/gone.js", "/gone.png", "/%00", "/%ff", "/assets/%2e%2e/%2e%2e/secret.txt"]) {
      expect((await get(path)).status).toBe(404);
    }
  });

  test("is never a way to other files", async () => {
    await symlink(join(directory, "ui"), join(directory, "ui-2"));
    for (const path of [
      "/../secret.txt",
      "/..%2fsecret.txt",
      "/%2e%2e/secret.txt",
      "/assets/..%2f..%2fsecret.txt",
      "/..%5csecret.txt",
      "/../ui-2/index.html",
      "//secret.txt",
      "/.%2e/secret.txt",
    ]) {
      expect((await get(path)).text).not.toContain("secret");
    }
  });

  test("tells a proxy and a browser what has not changed", async () => {
    const first = await get("/");
    const etag = String(first.headers.etag);
    expect(await get("/", { "if-none-match": etag })).toMatchObject({ status: 304, text: "" });
    await writeFile(join(directory, "ui", "index.html"), `${page}<p>new</p>`);
    expect(await get("/", { "if-none-match": etag })).toMatchObject({ status: 200, text: `${page}<p>new</p>` });
    await writeFile(join(directory, "ui", "index.html"), page);
  });
});

describe("hashed assets", () => {
  test("are kept for ever, and compressed for who understands it", async () => {
    const plain = await get("/assets/main-abc123.js");
    expect(plain.headers).toMatchObject({
      "cache-control": "public, max-age=31536000, immutable",
      "content-type": "text/javascript; charset=utf-8",
      vary: "Accept-Encoding",
    });
    expect(plain.text).toBe(script);
    const zipped = await get("/assets/main-abc123.js", { "accept-encoding": "br, gzip;q=0.8" });
    expect(zipped.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(zipped.bytes).toString()).toBe(script);
    expect(zipped.headers.etag).not.toBe(plain.headers.etag);
    for (const accepted of ["gzip;q=0", "identity", "br, gzip; q=0.0", "xgzip"]) {
      const answer = await get("/assets/main-abc123.js", { "accept-encoding": accepted });
      expect([accepted, answer.headers["content-encoding"]]).toEqual([accepted, undefined]);
    }
  });

  test("that are compressed already are sent as they are", async () => {
    const answer = await get("/assets/font.woff2", { "accept-encoding": "gzip" });
    expect(answer.headers).toMatchObject({ "content-type": "font/woff2", "content-length": "5000" });
  });

  test("have a head", async () => {
    const head = await get("/assets/font.woff2", {}, "HEAD");
    expect([head.status, head.bytes.length, head.headers["content-length"]]).toEqual([200, 0, "5000"]);
  });
});

test("a page that was not built says so, and the API works", async () => {
  const bare = await Harness.start();
  await using _ = bare;
  expect(await bare.send({ path: "/" })).toMatchObject({ status: 503, text: expect.stringContaining("npm run build") });
  expect((await bare.send({ path: "/api/groups" })).status).toBe(200);
});
