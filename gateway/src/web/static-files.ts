/** Mission Control as it was built: its files, compressed once, cached by browsers as long as their names allow. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { extname, join, resolve, sep } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { errorMessage } from "../kit/praktor-error.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};
const compressible = /^(?:text\/|application\/(?:json|manifest)|image\/svg)/;
const gzipAsync = promisify(gzip);

interface StaticFile {
  /** Size and time of the file that this was made from. */
  version: string;
  type: string;
  etag: string;
  plain: Buffer;
  gzipped: Buffer | null;
}

/** Reads below one directory. A rebuild is seen without a restart. */
export class StaticFiles {
  readonly #root: string;
  /** As many as the build has files: only what exists is kept. */
  readonly #files = new Map<string, StaticFile>();

  constructor(directory: string) {
    this.#root = resolve(directory);
  }

  /** GET and HEAD. A path without an extension is one of the page's own views, so it gets the page. */
  async serve(request: Request): Promise<Response> {
    const path = decodePath(new URL(request.url).pathname);
    const named = path === null || path === "/" ? null : await this.#load(path);
    if (named) return respond(request, named, path?.startsWith("/assets/") ?? false);
    if (path === null || extname(path) !== "") return text(404, "There is no such file.");
    const page = await this.#load("/index.html");
    return page ? respond(request, page, false) : notBuilt();
  }

  async #load(path: string): Promise<StaticFile | null> {
    const file = join(this.#root, path);
    if (!file.startsWith(this.#root + sep)) return null;
    try {
      const found = await stat(file);
      if (!found.isFile()) return null;
      const version = `${found.size}-${found.mtimeMs}`;
      const known = this.#files.get(file);
      if (known?.version === version) return known;
      const loaded = await load(file, version);
      this.#files.set(file, loaded);
      return loaded;
    } catch (error) {
      if (isMissing(error)) return null;
      throw new Error(`cannot read ${file}: ${errorMessage(error)}`, { cause: error });
    }
  }
}

async function load(file: string, version: string): Promise<StaticFile> {
  const plain = await readFile(file);
  const type = types[extname(file).toLowerCase()] ?? "application/octet-stream";
  const gzipped = compressible.test(type) && plain.length > 1024 ? await gzipAsync(plain, { level: 9 }) : null;
  const etag = createHash("sha256").update(plain).digest("base64url").slice(0, 22);
  return { version, type, etag, plain, gzipped };
}

/** `hashed`: the file's name changes with its content, so it is never asked for again. */
function respond(request: Request, file: StaticFile, hashed: boolean): Response {
  const zip = file.gzipped !== null && acceptsGzip(request.headers.get("accept-encoding"));
  const etag = `"${file.etag}${zip ? "-gz" : ""}"`;
  const headers = new Headers({
    "Content-Type": file.type,
    "Cache-Control": hashed ? "public, max-age=31536000, immutable" : "no-cache",
    ETag: etag,
    Vary: "Accept-Encoding",
  });
  if (request.headers.get("if-none-match")?.includes(etag)) return new Response(null, { status: 304, headers });
  if (zip) headers.set("Content-Encoding", "gzip");
  const body = zip && file.gzipped ? file.gzipped : file.plain;
  headers.set("Content-Length", String(body.length));
  return new Response(new Uint8Array(body), { headers });
}

function acceptsGzip(accepted: string | null): boolean {
  return /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+)?\s*(?:,|$)/i.test(accepted ?? "");
}

function decodePath(path: string): string | null {
  try {
    const decoded = decodeURIComponent(path);
    return decoded.includes("\0") ? null : decoded;
  } catch {
    return null;
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG";
}

function text(status: number, message: string): Response {
  return new Response(message, { status, headers: { "Content-Type": "text/plain; charset=utf-8" } });
}

function notBuilt(): Response {
  const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Praktor</title></head>
<body><h1>Mission Control has not been built</h1>
<p>Praktor runs, and its API answers. Build the page with <code>npm run build</code>, then reload.</p></body></html>
`;
  return new Response(page, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
}
