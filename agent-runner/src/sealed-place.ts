/** Whether a path leads into a sealed folder: its mode holds nobody back who is root, and a link can have any name. */
import { readlink } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { pathsOf } from "./sandbox-home-paths.ts";
import { sealedPrefix } from "./sealed-folder.ts";

/** As many as the kernel follows. */
const mostLinks = 40;

/** Of a tool that may write: none of Claude Code's own names such a place for a good reason. */
export async function sealedRefusal(tool: string, input: unknown, cwd: string): Promise<string | null> {
  if (tool === "Read") return null;
  for (const path of pathsOf(tool, input))
    // An error of a hook would be taken for a yes.
    if (await leadsIntoSealed(cwd, path).catch(() => true))
      return `${path} leads to where Claude Code keeps what is its own. Choose another place.`;
  return null;
}

/** Also of what does not exist yet. A path through /proc counts as one: its links are others for each process. */
async function leadsIntoSealed(cwd: string, path: string): Promise<boolean> {
  let real: string = sep;
  let links = 0;
  const rest = resolve(cwd, path).split(sep);
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const next = name === ".." ? dirname(real) : join(real, name);
    const target = next === real ? null : await readlink(next).catch(() => null);
    if (target !== null && (links += 1) > mostLinks) return true;
    if (target === null) real = next;
    else rest.unshift(...target.split(sep));
    if (target !== null && isAbsolute(target)) real = sep;
    if (`${real}${sep}`.startsWith("/proc/")) return true;
  }
  return real.startsWith(sealedPrefix());
}
