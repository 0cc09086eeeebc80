// Runs inside a sandbox as the agent: pours messages into its own subjects with its own credential, over several connections.
// Arguments: messages a second, seconds, connections. Prints what it offered, what its sockets took, and how often it was put out.
import { createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:net";

const [perSecond = 10_000, seconds = 5, connections = 4] = process.argv.slice(2).map(Number);
const { NATS_URL = "", NATS_CREDS = "", GROUP_ID = "" } = process.env;
const credentials = readFileSync(NATS_CREDS, "utf8");
const [, jwt, seed] = /USER JWT-+\s+(\S+)[^]+NKEY SEED-+\s+(\S+)/.exec(credentials);
const { hostname, port } = new URL(NATS_URL.includes("://") ? NATS_URL : `nats://${NATS_URL}`);

/** The seed is base32 of two bytes of kind and 32 of key. */
function privateKeyOf(text) {
  const bits = [...text]
    .map((one) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(one).toString(2).padStart(5, "0"))
    .join("");
  const bytes = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
  return createPrivateKey({ key: Buffer.concat([prefix, bytes.subarray(2, 34)]), format: "der", type: "pkcs8" });
}
const key = privateKeyOf(seed);

const payloads = [
  [`host.ipc.${GROUP_ID}`, JSON.stringify({ type: "list_tasks", payload: {} })],
  [`host.ipc.${GROUP_ID}`, JSON.stringify({ type: "create_task", payload: { name: "x" } })],
  [
    `agent.${GROUP_ID}.output`,
    JSON.stringify({ type: "notice", turnId: "none", conversationId: "none", attempt: 1, seq: 1 }),
  ],
  [`agent.${GROUP_ID}.output`, "{"],
].map(([subject, text]) => `PUB ${subject} ${Buffer.byteLength(text)}\r\n${text}\r\n`);
const unitMessages = 100;
const unit = Buffer.from(
  Array.from({ length: unitMessages }, (_, index) => payloads[index % payloads.length]).join(""),
);

let offered = 0;
let taken = 0;
let putOut = 0;
const sockets = Array.from({ length: connections }, () => {
  const socket = connect(Number(port), hostname);
  const state = { socket, ready: false };
  socket.on("data", (chunk) => {
    const nonce = /"nonce":"([^"]+)"/.exec(chunk.toString("latin1"))?.[1];
    if (nonce !== undefined && !state.ready) {
      const options = { verbose: false, jwt, sig: sign(null, Buffer.from(nonce), key).toString("base64url") };
      socket.write(`CONNECT ${JSON.stringify(options)}\r\n`);
      state.ready = true;
    }
    if (chunk.includes("-ERR")) process.stderr.write(chunk);
  });
  socket.on("error", () => {});
  socket.on("close", () => (putOut += 1));
  return state;
});

const startedAt = Date.now();
const timer = setInterval(() => {
  const due = Math.min(seconds, (Date.now() - startedAt) / 1000) * perSecond;
  for (let turn = 0; offered < due; turn++) {
    offered += unitMessages;
    const { socket, ready } = sockets[turn % connections];
    // What does not fit into its buffers the attacker would only keep for itself.
    if (!ready || socket.writableLength > 1_000_000) continue;
    socket.write(unit, (error) => (taken += error ? 0 : unitMessages));
  }
  if (Date.now() - startedAt < seconds * 1000) return;
  clearInterval(timer);
  process.stdout.write(`FLOOD ${JSON.stringify({ offered, taken, putOut })}\n`, () => process.exit(0));
}, 10);
