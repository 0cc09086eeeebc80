/**
 * The page's one password. What is stored is a slow, salted hash, so that a stolen database does not give it away; it tells on start
 * whether the password changed. While running, a keyed digest is compared: guessing is bounded by `AttemptLimit`, and a flood of wrong
 * passwords costs microseconds instead of a hash each.
 */
import { createHash, createHmac, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { z } from "zod";
import { PraktorError } from "../kit/praktor-error.ts";
import { isLoopback } from "../kit/loopback.ts";
import type { WebStore } from "./ports.ts";

const settingKey = "web.password";
const keyBytes = 32;
/** 32 MiB and about 0.3 s: one of the settings that OWASP's password storage cheat sheet gives as equally strong. */
const cost = { N: 2 ** 15, r: 8, p: 3 };

const Stored = z.object({ salt: z.base64(), hash: z.base64(), N: z.number(), r: z.number(), p: z.number() });
type Stored = z.infer<typeof Stored>;

/** In characters; on loopback a shorter one is taken, and warned of. */
export const minimumLength = 12;

/** One that Praktor made: of so many random bits that a fast hash of it gives nothing away. */
export interface MadePassword {
  /** In hexadecimal. */
  sha256: string;
}

export function madePassword(password: string): MadePassword {
  return { sha256: createHash("sha256").update(password.normalize("NFKC")).digest("hex") };
}

/** Not of one that Praktor made. */
export function isShort(password: string | MadePassword | null): boolean {
  return typeof password === "string" && password.length < minimumLength;
}

/** Throws `web_password` when the page would be open, or nearly so, to others than this machine. */
export function requirePassword(host: string, password: string | MadePassword | null): void {
  if (password === "") {
    throw new PraktorError("web_password", "The page's password is empty.", {
      hint: "Set web.auth (or PRAKTOR_WEB_PASSWORD) to a password, or remove it.",
    });
  }
  if (isLoopback(host) || (password !== null && !isShort(password))) return;
  const state = password === null ? "without a password" : "with so short a password";
  throw new PraktorError("web_password", `The page is not served on ${host}, beyond this machine, ${state}.`, {
    hint: `Set web.auth (or PRAKTOR_WEB_PASSWORD) to at least ${minimumLength} characters, or web.host to 127.0.0.1.`,
  });
}

export class Password {
  readonly #digestOf: (text: string) => Buffer;
  readonly #digest: Buffer;

  private constructor(digestOf: (text: string) => Buffer, digest: Buffer) {
    this.#digestOf = digestOf;
    this.#digest = digest;
  }

  /** `changed`: it is not the one of the last start, so whoever signed in with that one must sign in anew. */
  static async open(
    password: string | MadePassword,
    settings: WebStore["settings"],
  ): Promise<{ password: Password; changed: boolean }> {
    if (typeof password !== "string") {
      const kept = JSON.stringify({ made: password.sha256 });
      const changed = (await settings.get(settingKey)) !== kept;
      if (changed) await settings.set(settingKey, kept);
      const digestOf = (text: string): Buffer => Buffer.from(madePassword(text).sha256, "hex");
      return { password: new Password(digestOf, Buffer.from(password.sha256, "hex")), changed };
    }
    const stored = readStored(await settings.get(settingKey));
    if (stored && (await hashesTo(password, stored))) return { password: Password.#chosen(password), changed: false };
    const salt = randomBytes(16);
    const hash = await hashOf(password, salt, cost);
    const next: Stored = { salt: salt.toString("base64"), hash: hash.toString("base64"), ...cost };
    await settings.set(settingKey, JSON.stringify(next));
    return { password: Password.#chosen(password), changed: true };
  }

  /** Takes the same time wherever the candidate differs. */
  matches(candidate: string): boolean {
    return timingSafeEqual(this.#digestOf(candidate), this.#digest);
  }

  static #chosen(password: string): Password {
    const key = randomBytes(keyBytes);
    const digestOf = (text: string): Buffer => createHmac("sha256", key).update(text.normalize("NFKC")).digest();
    return new Password(digestOf, digestOf(password));
  }
}

function readStored(text: string | null): Stored | null {
  if (text === null) return null;
  try {
    return Stored.parse(JSON.parse(text));
  } catch {
    // A setting that nobody can read is as good as none: everybody signs in anew.
    return null;
  }
}

async function hashesTo(password: string, stored: Stored): Promise<boolean> {
  const hash = Buffer.from(stored.hash, "base64");
  const candidate = await hashOf(password, Buffer.from(stored.salt, "base64"), stored);
  return hash.length === candidate.length && timingSafeEqual(hash, candidate);
}

const scryptAsync = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);

function hashOf(password: string, salt: Buffer, { N, r, p }: { N: number; r: number; p: number }): Promise<Buffer> {
  return scryptAsync(password.normalize("NFKC"), salt, keyBytes, { N, r, p, maxmem: 256 * N * r });
}
