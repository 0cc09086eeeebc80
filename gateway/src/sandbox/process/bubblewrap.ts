/** Encloses a child process with `bwrap`: own processes, own /tmp, the system read-only, one workspace and nothing of the others'. */
import { execFile } from "node:child_process";
import { lstatSync, mkdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { errorMessage } from "../../kit/praktor-error.ts";

export interface Enclosure {
  /** Seen at its own path, not writable. What does not exist is left out. */
  readOnly: readonly string[];
  /** Seen at its own path, writable. */
  writable: readonly string[];
  /** Private and empty, gone with the sandbox. */
  emptied: readonly string[];
  workingDirectory: string;
}

/** The user of the containers, so that file owners and Claude Code's refusal to work as root are the same in both kinds. */
const uid = "10321";

/** Without these no program resolves names, trusts a certificate or knows the time; the rest of /etc may hold secrets. */
const systemSettings = [
  "alternatives",
  "ca-certificates",
  "chromium",
  "fonts",
  "gitconfig",
  "hosts",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "localtime",
  "mime.types",
  "nsswitch.conf",
  "pki",
  "protocols",
  "resolv.conf",
  "services",
  "ssl",
  "timezone",
];

/** Arguments for `bwrap`, to be followed by the command. The network is shared: NATS and the endpoint are on loopback. */
export function bubblewrapArguments(enclosure: Enclosure, passwdDirectory: string): string[] {
  const own = ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"];
  const who = ["--die-with-parent", "--uid", uid, "--gid", uid, "--hostname", "praktor-agent", "--cap-drop", "ALL"];
  const empty = ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run", "--tmpfs", "/var/tmp"];
  // Last: what was made on the way to the mounts is not the agent's to write.
  const sealed = ["--remount-ro", "/", "--chdir", enclosure.workingDirectory];
  return [
    ...own,
    ...who,
    ...mounts("--ro-bind", ["/usr"]),
    ...systemDirectories(),
    ...mounts(
      "--ro-bind-try",
      systemSettings.map((name) => `/etc/${name}`),
    ),
    ...["passwd", "group"].flatMap((name) => ["--ro-bind", join(passwdDirectory, name), `/etc/${name}`]),
    ...empty,
    ...mounts("--ro-bind-try", enclosure.readOnly),
    ...mounts("--bind", enclosure.writable),
    ...enclosure.emptied.flatMap((path) => ["--tmpfs", path]),
    ...sealed,
  ];
}

function mounts(how: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => [how, path, path]);
}

/** The users that the inside knows. Made anew at each start: it is read-only there, and small. */
export function writeUsers(directory: string, home: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, "passwd"), `root:x:0:0::/:/bin/false\npraktor:x:${uid}:${uid}::${home}:/bin/bash\n`);
  writeFileSync(join(directory, "group"), `root:x:0:\npraktor:x:${uid}:\n`);
}

/** Runs Node inside, exactly as a sandbox would. Resolves with the reason when that does not work here. */
export async function probeBubblewrap(
  program: string,
  nodePath: string,
  directory: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    writeUsers(directory, directory);
    const inside = { readOnly: [nodePath, directory], writable: [], emptied: [], workingDirectory: "/" };
    const command = [...bubblewrapArguments(inside, directory), nodePath, "--version"];
    await promisify(execFile)(program, command, { signal, timeout: 15_000, env: { PATH: "/usr/bin:/bin" } });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return errorMessage(error).split("\n").slice(-2).join(" ").trim();
  }
}

/** /bin, /lib and the others are links into /usr on merged systems and directories elsewhere. */
function systemDirectories(): string[] {
  return ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"].flatMap((path) => {
    const entry = lstatSync(path, { throwIfNoEntry: false });
    if (entry === undefined) return [];
    return entry.isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path];
  });
}
