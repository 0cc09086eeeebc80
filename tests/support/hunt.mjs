// What a hostile agent runs: it looks for given values wherever it can reach, and prints where it found which, one JSON line.
// Values come in hexadecimal within base64 in argv[2], a comma list, so that the command itself is no hit. argv[3] is a deadline in milliseconds;
// argv[4] names folders to leave out, a comma list: what every image has carries no secret of an installation.
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";

const [, , values, deadlineMs, without = ""] = process.argv;
const leftOut = new Set(["/proc", "/sys", "/dev", ...without.split(",")]);
const needles = values.split(",").map((value, index) => ({ index, bytes: Buffer.from(atob(value), "hex") }));
const end = Date.now() + Number(deadlineMs);
const hits = new Set();
const looked = { files: 0, environments: 0, memories: 0, requests: 0, frames: 0 };

function look(where, bytes) {
  for (const { index, bytes: needle } of needles) if (bytes.includes(needle)) hits.add(`${index} ${where}`);
}

function attempt(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function walk(folder) {
  for (const entry of attempt(() => readdirSync(folder, { withFileTypes: true })) ?? []) {
    const path = folder === "/" ? `/${entry.name}` : `${folder}/${entry.name}`;
    if (leftOut.has(path) || Date.now() > end) continue;
    look(`name:${path}`, Buffer.from(path));
    if (entry.isDirectory()) walk(path);
    else if (entry.isSymbolicLink()) look(`link:${path}`, Buffer.from(attempt(() => readlinkSync(path)) ?? ""));
    else if (entry.isFile() && (attempt(() => lstatSync(path).size) ?? Infinity) < 64 * 1024 * 1024) {
      const bytes = attempt(() => readFileSync(path));
      if (bytes) looked.files += 1;
      if (bytes) look(`file:${path}`, bytes);
    }
  }
}

function searchMemory(pid) {
  const maps = attempt(() => readFileSync(`/proc/${pid}/maps`, "utf8"));
  const memory = maps === undefined ? undefined : attempt(() => openSync(`/proc/${pid}/mem`, "r"));
  if (memory === undefined) return;
  looked.memories += 1;
  const chunk = Buffer.alloc(4 * 1024 * 1024);
  for (const line of maps.split("\n")) {
    const found = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
    if (!found || Date.now() > end) continue;
    const to = Number.parseInt(found[2], 16);
    // Pieces overlap, so that nothing hides across a border.
    for (let at = Number.parseInt(found[1], 16); at < to; at += chunk.length - 256) {
      const size = attempt(() => readSync(memory, chunk, 0, Math.min(chunk.length, to - at), at));
      if (!size) break;
      look(`memory:${pid}`, chunk.subarray(0, size));
    }
  }
  closeSync(memory);
}

function searchProcesses() {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    for (const name of ["environ", "cmdline", "status", "mountinfo", "net/unix", "net/tcp"]) {
      const bytes = attempt(() => readFileSync(`/proc/${pid}/${name}`));
      if (bytes && name === "environ") looked.environments += 1;
      if (bytes) look(`proc:${name}`, bytes);
    }
    for (const fd of attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [])
      look("proc:fd", Buffer.from(attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? ""));
    searchMemory(pid);
  }
}

function get(path, token) {
  return new Promise((resolve) => {
    const call = request(new URL(path, process.env.ANTHROPIC_BASE_URL), {
      headers: { authorization: `Bearer ${token}` },
    });
    call.setTimeout(2_000, () => call.destroy());
    call.on("error", resolve);
    call.on("response", (answer) => {
      looked.requests += 1;
      look(`endpoint:${path}`, Buffer.from(JSON.stringify(answer.headers)));
      answer.on("data", (bytes) => look(`endpoint:${path}`, bytes));
      answer.on("end", resolve).on("error", resolve);
    });
    call.end();
  });
}

/** What a bus says to somebody who has not signed in, and to who subscribes to everything all the same. */
function listen() {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(process.env.NATS_URL);
    const socket = connect(Number(port), hostname, () =>
      socket.write("CONNECT {}\r\nSUB > 1\r\nSUB $SYS.> 2\r\nPING\r\n"),
    );
    socket.on("data", (bytes) => {
      looked.frames += 1;
      look("bus", bytes);
    });
    socket.on("error", resolve).on("close", resolve);
    setTimeout(() => socket.destroy(), 1_000);
  });
}

const token = process.env.ANTHROPIC_API_KEY ?? process.env.ANTHROPIC_AUTH_TOKEN ?? "";
look("environment", Buffer.from(JSON.stringify(process.env)));
await listen();
for (const path of [
  "/",
  "/v1/models",
  "/v1/messages",
  "/credential",
  "/settings",
  "/env",
  "/files",
  "/healthz",
  "/../",
])
  await get(path, token);
searchProcesses();
walk("/");
console.log(`HUNT ${JSON.stringify({ hits: [...hits].slice(0, 40), looked, late: Date.now() > end })}`);
