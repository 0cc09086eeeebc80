// Public nkeys (base32 with a prefix byte and a checksum) and their Ed25519 signatures.
// Written here and not taken from @nats-io/nkeys: its pure-JavaScript verification blocks the event loop for milliseconds at each connect.

import { createPublicKey, randomBytes, verify } from "node:crypto";

export type NkeyKind = "account" | "user" | "server";

const PREFIXES: Readonly<Record<NkeyKind, number>> = { account: 0, server: 13 << 3, user: 20 << 3 };
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ENCODED_LENGTH = 56;
const ED25519_DER_HEADER = Buffer.from("302a300506032b6570032100", "hex");

/** The 32 raw bytes of a public nkey of this kind, or undefined when it is none. */
export function decodePublicNkey(encoded: string, kind: NkeyKind): Buffer | undefined {
  if (encoded.length !== ENCODED_LENGTH) return undefined;
  const bytes = Buffer.alloc(35);
  let bits = 0;
  let pending = 0;
  let length = 0;
  for (const letter of encoded) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return undefined;
    pending = ((pending << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = (pending >> bits) & 0xff;
    }
  }
  const checksum = bytes.readUInt16LE(33);
  if (bytes[0] !== PREFIXES[kind] || checksum !== crc16(bytes.subarray(0, 33))) return undefined;
  return bytes.subarray(1, 33);
}

/** Verifies an Ed25519 signature by a raw public key. */
export function verifySignature(rawPublicKey: Buffer, message: Buffer, signature: Buffer): boolean {
  if (signature.length !== 64) return false;
  const key = createPublicKey({ key: Buffer.concat([ED25519_DER_HEADER, rawPublicKey]), format: "der", type: "spki" });
  return verify(null, message, key, signature);
}

/** An identifier of the form that clients expect of a server: a public nkey of 32 random bytes. */
export function randomServerId(): string {
  const body = Buffer.concat([Buffer.from([PREFIXES.server]), randomBytes(32)]);
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16LE(crc16(body));
  return encodeBase32(Buffer.concat([body, checksum]));
}

function encodeBase32(bytes: Buffer): string {
  let encoded = "";
  let bits = 0;
  let pending = 0;
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      encoded += ALPHABET[(pending >> bits) & 31] ?? "";
    }
  }
  return encoded;
}

/** CRC-16/XMODEM, as nkeys use it. */
function crc16(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}
