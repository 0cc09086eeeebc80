/** Who is asking: the owner by session or by password, or, where no password is set, anybody on this machine. */
import type { Clock } from "../kit/clock.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import { AttemptLimit } from "./attempt-limit.ts";
import { KnownDevices } from "./known-devices.ts";
import { PageCookies } from "./page-cookies.ts";
import { type MadePassword, Password } from "./password.ts";
import type { WebStore } from "./ports.ts";
import type { PresentedCredential } from "./presented-credential.ts";
import { type NewSession, Sessions } from "./sessions.ts";
import { requireLinked, SignedLinks } from "./signed-links.ts";

export type Caller = { type: "open" } | { type: "basic" } | { type: "session"; session: string };

/** From where a password is tried. */
export interface TriedFrom {
  address: string;
  /** What the browser shows of an earlier sign-in. */
  device: string | undefined;
}

export interface SignedIn extends NewSession {
  /** For the browser to keep, when it shows none that is known. */
  device: string | null;
}

export class SignIn {
  /** Null: this installation has no password. */
  readonly #lock: { password: Password; devices: KnownDevices } | null;
  readonly #limit: AttemptLimit;
  readonly #links: SignedLinks;
  readonly sessions: Sessions;
  readonly cookies: PageCookies;

  private constructor(
    lock: { password: Password; devices: KnownDevices } | null,
    { sessions, cookies }: { sessions: Sessions; cookies: PageCookies },
    clock: Clock,
  ) {
    this.#lock = lock;
    this.sessions = sessions;
    this.cookies = cookies;
    this.#limit = new AttemptLimit(clock);
    this.#links = new SignedLinks(clock);
  }

  static async open(
    password: string | MadePassword | null,
    settings: WebStore["settings"],
    clock: Clock,
  ): Promise<SignIn> {
    const sessions = new Sessions(settings, clock);
    const kept = { sessions, cookies: await PageCookies.open(settings) };
    if (password === null) return new SignIn(null, kept, clock);
    const opened = await Password.open(password, settings);
    await sessions.load(!opened.changed);
    const devices = await KnownDevices.open(settings, !opened.changed);
    return new SignIn({ password: opened.password, devices }, kept, clock);
  }

  /** Whether this installation has a password. */
  get required(): boolean {
    return this.#lock !== null;
  }

  /** What decides about this request; a Basic header wins over a cookie. Any user name will do. */
  kind(credential: PresentedCredential): "basic" | "cookie" | "none" {
    if (!this.required) return "none";
    if (basicPassword(credential.authorization) !== null) return "basic";
    return credential.cookie === undefined ? "none" : "cookie";
  }

  /** Null: not signed in. Throws `wrong_password` or `too_many_attempts` for a Basic header that does not hold. */
  caller(credential: PresentedCredential, address: string): Caller | null {
    if (this.#lock === null) return { type: "open" };
    const candidate = basicPassword(credential.authorization);
    if (candidate !== null) {
      this.#check(this.#lock.password, candidate, { address, device: credential.device });
      return { type: "basic" };
    }
    const session = this.session(credential);
    return session === null ? null : { type: "session", session };
  }

  /** The session of a cookie that comes with its page's token or with a link that is still good. Null: none. */
  session({ cookie, pageToken, link }: PresentedCredential): string | null {
    const session = cookie === undefined ? null : this.sessions.find(cookie);
    if (session === null) return null;
    const fromPage = pageToken !== undefined && this.sessions.isPageOf(session, pageToken);
    return fromPage || (link !== undefined && this.#links.holds(link, session)) ? session : null;
  }

  /** The address as the browser itself may fetch it for this caller. Throws `invalid` for an address that needs no link. */
  link(address: string, caller: Caller): string {
    return caller.type === "session" ? this.#links.sign(address, caller.session) : requireLinked(address);
  }

  /** A new session for the right password; null where none is needed. Throws like `caller`. */
  async signIn(candidate: string, from: TriedFrom): Promise<SignedIn | null> {
    if (this.#lock === null) return null;
    const { password, devices } = this.#lock;
    this.#check(password, candidate, from);
    const device = devices.idOf(from.device) === null ? await devices.make() : null;
    return { ...(await this.sessions.create()), device };
  }

  /** How long no password may be tried from there, 0 when one may; counts as no try. */
  waitMs(from: TriedFrom): number {
    return this.#limit.waitMs(this.#triesOf(from));
  }

  /** Does what let the caller in still hold? Asked again while a WebSocket is open. */
  holds(caller: Caller): boolean {
    return caller.type !== "session" || this.sessions.isOpen(caller.session);
  }

  /** Whose tries these are: a known browser's own, or those of its address. */
  #triesOf({ address, device }: TriedFrom): string {
    const id = this.#lock?.devices.idOf(device) ?? null;
    if (id === null) return address;
    const tries = `device ${id}`;
    this.#limit.know(tries);
    return tries;
  }

  #check(password: Password, candidate: string, from: TriedFrom): void {
    const tries = this.#triesOf(from);
    // Counted before it is compared: otherwise the right guess would stand out among refused ones.
    const waitMs = this.#limit.take(tries);
    if (waitMs !== null) {
      const { code, message, retryAfterSeconds } = tooManyAttempts(waitMs);
      throw new PraktorError(code, message, { context: { retryAfterSeconds } });
    }
    if (!password.matches(candidate)) throw new PraktorError("wrong_password", "The password is wrong.");
    this.#limit.succeeded(tries);
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
