/** Which TCP ports of this machine listen, at which address, and which process holds them. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";

export interface Listener {
  /** `0.0.0.0` and `::`: all addresses. */
  address: string;
  port: number;
  /** Of the socket, by which its process is found. */
  inode: string;
}

/** Empty where the kernel's tables cannot be read. */
export async function readListeners(): Promise<Listener[]> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "utf8").catch(() => "")),
  );
  return tables.flatMap((table) => listenersIn(table));
}

/** Of a table as the kernel prints it: state 0A listens. */
export function listenersIn(table: string): Listener[] {
  return table.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, address = "", port = ""] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(fields[1] ?? "") ?? [];
    if (port === "" || fields[3] !== "0A") return [];
    return [{ address: addressOf(address), port: Number.parseInt(port, 16), inode: fields[9] ?? "" }];
  });
}

export const isLoopback = ({ address }: Pick<Listener, "address">): boolean =>
  address.startsWith("127.") || address === "::1";

export const isEverywhere = ({ address }: Pick<Listener, "address">): boolean =>
  address === "0.0.0.0" || address === "::";

/** `nginx (process 812)`; null where its account's processes cannot be looked at. */
export async function holderOf({ inode }: Listener): Promise<string | null> {
  const processes = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const id of processes) {
    const open = await readdir(`/proc/${id}/fd`).catch(() => []);
    const links = await Promise.all(open.map((one) => readlink(`/proc/${id}/fd/${one}`).catch(() => "")));
    if (!links.includes(`socket:[${inode}]`)) continue;
    const [program = ""] = (await readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")).split("\0");
    return `${basename(program) || "a program"} (process ${id})`;
  }
  return null;
}

/** The kernel prints each four bytes with the last one first. An IPv4 address within IPv6 comes as itself. */
function addressOf(hex: string): string {
  const bytes = Buffer.from(hex, "hex");
  for (let start = 0; start < bytes.length; start += 4) bytes.subarray(start, start + 4).reverse();
  const isMapped = bytes.length === 16 && bytes.subarray(0, 12).toString("hex") === `${"00".repeat(10)}ffff`;
  if (bytes.length === 4 || isMapped) return [...bytes.subarray(-4)].join(".");
  const words = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16)).join(":");
  return words.replace(/(^|:)0(:0)+(:|$)/, "::");
}
