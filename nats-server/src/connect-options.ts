// The CONNECT line's options: read with the reference server's rules (unknown keys ignored, null keeps the old value, a wrong type is an error).

export interface ConnectOptions {
  verbose: boolean;
  pedantic: boolean;
  echo: boolean;
  headers: boolean;
  no_responders: boolean;
  new_account: boolean;
  protocol: number;
  name: string;
  lang: string;
  version: string;
  user: string;
  pass: string;
  auth_token: string;
  jwt: string;
  nkey: string;
  sig: string;
  account: string;
}

/** What holds before a client has sent CONNECT, and for every key it leaves out. */
export function defaultConnectOptions(): ConnectOptions {
  return {
    verbose: true,
    pedantic: true,
    echo: true,
    headers: false,
    no_responders: false,
    new_account: false,
    protocol: 0,
    name: "",
    lang: "",
    version: "",
    user: "",
    pass: "",
    auth_token: "",
    jwt: "",
    nkey: "",
    sig: "",
    account: "",
  };
}

/** A JSON object, or null for JSON's null; undefined for anything else. */
export function parseJsonObject(json: string): object | null | undefined {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === "object" && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** The options after a CONNECT line, or undefined when the line is not acceptable. */
export function readConnectOptions(json: string, previous: ConnectOptions): ConnectOptions | undefined {
  const parsed = parseJsonObject(json);
  if (parsed === null) return previous;
  if (parsed === undefined) return undefined;
  const given = new Map<string, unknown>(Object.entries(parsed).map(([key, value]) => [key.toLowerCase(), value]));
  let acceptable = true;
  const read = <T extends string | number | boolean>(key: string, old: T): T => {
    const value = given.get(key);
    if (value === undefined || value === null) return old;
    if (isSameType(value, old)) return value;
    acceptable = false;
    return old;
  };
  const options: ConnectOptions = {
    verbose: read("verbose", previous.verbose),
    pedantic: read("pedantic", previous.pedantic),
    echo: read("echo", previous.echo),
    headers: read("headers", previous.headers),
    no_responders: read("no_responders", previous.no_responders),
    new_account: read("new_account", previous.new_account),
    protocol: read("protocol", previous.protocol),
    name: read("name", previous.name),
    lang: read("lang", previous.lang),
    version: read("version", previous.version),
    user: read("user", previous.user),
    pass: read("pass", previous.pass),
    auth_token: read("auth_token", previous.auth_token),
    jwt: read("jwt", previous.jwt),
    nkey: read("nkey", previous.nkey),
    sig: read("sig", previous.sig),
    account: read("account", previous.account),
  };
  return acceptable && Number.isInteger(options.protocol) ? options : undefined;
}

function isSameType<T>(value: unknown, like: T): value is T {
  return typeof value === typeof like;
}
