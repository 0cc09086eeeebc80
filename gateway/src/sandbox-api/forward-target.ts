/** Where a request to the forward proxy wants to go, and whether its group's list has that place. */

export interface ForwardTarget {
  host: string;
  port: number;
}

const usualPorts: ReadonlySet<number> = new Set([80, 443]);
const hostPattern = /^[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?$/;

/** Of `CONNECT example.org:443`. Null for anything but one name or IPv4 address and one port. */
export function connectTarget(authority: string): ForwardTarget | null {
  const { host, port } = /^(?<host>[^:]+):(?<port>\d{1,5})$/.exec(authority)?.groups ?? {};
  return checked(host, port);
}

/** Of `GET http://example.org/path`, with the path as it was written. */
export function plainTarget(url: string): (ForwardTarget & { authority: string; path: string }) | null {
  const pattern = /^http:\/\/(?<authority>(?<host>[^:/?#@\s]+)(?::(?<port>\d{1,5}))?)(?<path>[/?][^\s#]*)?$/i;
  const { authority = "", host, port, path = "/" } = pattern.exec(url)?.groups ?? {};
  const target = checked(host, port ?? "80");
  return target && { ...target, authority: authority.toLowerCase(), path: path.startsWith("/") ? path : `/${path}` };
}

/** A bare host on the list means ports 80 and 443; any other port must be named there. */
export function isAllowed({ host, port }: ForwardTarget, allow: readonly string[]): boolean {
  return allow.some((entry) => {
    const [name, named] = entry.split(":");
    if (name !== host) return false;
    return named === undefined ? usualPorts.has(port) : Number(named) === port;
  });
}

/** People are asked first. A bare host asks at every port: who names it means the host, whatever else opens a port of it. */
export function needsYes({ host, port }: ForwardTarget, ask: readonly string[]): boolean {
  return ask.some((entry) => {
    const [name, named] = entry.split(":");
    return name === host && (named === undefined || Number(named) === port);
  });
}

/** The list of what both lists have. */
export function narrowed(left: readonly string[], right: readonly string[]): string[] {
  const places = left.flatMap((entry) => {
    const [host = "", named] = entry.split(":");
    return (named === undefined ? [...usualPorts] : [Number(named)]).map((port) => ({ host, port }));
  });
  return [...new Set(places.filter((place) => isAllowed(place, right)).map(({ host, port }) => `${host}:${port}`))];
}

/** As it is written on the list: the port only where it is an unusual one. */
export function listEntry({ host, port }: ForwardTarget): string {
  return usualPorts.has(port) ? host : `${host}:${port}`;
}

function checked(host: string | undefined, port: string | undefined): ForwardTarget | null {
  const name = host?.toLowerCase() ?? "";
  const number = Number(port);
  return hostPattern.test(name) && number >= 1 && number <= 65_535 ? { host: name, port: number } : null;
}
