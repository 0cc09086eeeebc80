/** Who is asking: the owner by session or by password, or, where no password is set, anybody on this machine. */
import type { Clock } from "../kit/clock.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import { AttemptLimit } from "./attempt-limit.ts";
import { Password } from "./password.ts";
import type { WebStore } from "./ports.ts";
import { Sessions } from "./sessions.ts";

export type Caller = { type: "open" } | { type: "basic" } | { type: "session"; session: string };

export interface PresentedCredential {
  /** The `Authorization` header. */
  authorization: string | undefined;
  /** The session cookie's value. */
  cookie: string | undefined;
}

export class SignIn {
  readonly #password: Password | null;
  readonly #limit: AttemptLimit;
  readonly sessions: Sessions;

  private constructor(password: Password | null, sessions: Sessions, clock: Clock) {
    this.#password = password;
    this.sessions = sessions;
    this.#limit = new AttemptLimit(clock);
  }

  static async open(password: string | null, settings: WebStore["settings"], clock: Clock): Promise<SignIn> {
    const sessions = new Sessions(settings, clock);
    if (password === null) return new SignIn(null, sessions, clock);
    const opened = await Password.open(password, settings);
    await sessions.load(!opened.changed);
    return new SignIn(opened.password, sessions, clock);
  }

  /** Whether this installation has a password. */
  get required(): boolean {
    return this.#password !== null;
  }

  /** What decides about this request; a Basic header wins over a cookie. Any user name will do. */
  kind(credential: PresentedCredential): "basic" | "cookie" | "none" {
    if (!this.required) return "none";
    if (basicPassword(credential.authorization) !== null) return "basic";
    return credential.cookie === undefined ? "none" : "cookie";
  }

  /** Null: not signed in. Throws `wrong_password` or `too_many_attempts` for a Basic header that does not hold. */
  caller(credential: PresentedCredential, address: string): Caller | null {
    if (this.#password === null) return { type: "open" };
    const candidate = basicPassword(credential.authorization);
    if (candidate !== null) {
      this.#check(this.#password, candidate, address);
      return { type: "basic" };
    }
    const session = credential.cookie === undefined ? null : this.sessions.find(credential.cookie);
    return session === null ? null : { type: "session", session };
  }

  /** A new session for the right password; null where none is needed. Throws like `caller`. */
  async signIn(candidate: string, address: string): Promise<{ token: string; maxAgeSeconds: number } | null> {
    if (this.#password === null) return null;
    this.#check(this.#password, candidate, address);
    return this.sessions.create();
  }

  /** How long this address may try no password, 0 when it may; counts as no try. */
  waitMs(address: string): number {
    return this.#limit.waitMs(address);
  }

  /** Does what let the caller in still hold? Asked again while a WebSocket is open. */
  holds(caller: Caller): boolean {
    return caller.type !== "session" || this.sessions.isOpen(caller.session);
  }

  #check(password: Password, candidate: string, address: string): void {
    // Counted before it is compared: otherwise the right guess would stand out among refused ones.
    const waitMs = this.#limit.take(address);
    if (waitMs !== null) {
      const { code, message, retryAfterSeconds } = tooManyAttempts(waitMs);
      throw new PraktorError(code, message, { context: { retryAfterSeconds } });
    }
    if (!password.matches(candidate)) throw new PraktorError("wrong_password", "The password is wrong.");
    this.#limit.succeeded(address);
  }
}

export function tooManyAttempts(waitMs: number) {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  const message = `Too many wrong passwords. Try again in ${retryAfterSeconds} s; who is signed in stays so.`;
  return { code: "too_many_attempts", message, retryAfterSeconds } as const;
}

function basicPassword(authorization: string | undefined): string | null {
  const encoded = /^basic +(?<encoded>[A-Za-z0-9+/_-]*={0,2}) *$/i.exec(authorization ?? "")?.groups?.["encoded"];
  if (encoded === undefined) return null;
  const pair = Buffer.from(encoded, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return colon === -1 ? null : pair.slice(colon + 1);
}
