/** Which skills, agents, commands and rules a group has: Claude Code lists them when a session begins, and tells of no later ones. */
import { opendir, stat } from "node:fs/promises";
import { join } from "node:path";

const folders = ["skills", "agents", "commands", "rules"];
/** Deeper, or more, than anybody keeps; the agent writes these folders, and may make a link in them that leads in a circle. */
const maxDepth = 4;
const maxEntries = 2_000;

/**
 * A text that is another one when one of these files came, went or was written. Names and states alone are looked at, never what is
 * in a file: one of them may be a pipe. What else a skill keeps beside its `SKILL.md` is no part of it.
 */
export async function listedInstructions(workspace: string): Promise<string> {
  const seen: string[] = [];
  let left = maxEntries;
  const look = async (path: string, isSkills: boolean, depth: number): Promise<void> => {
    for await (const entry of await opendir(path)) {
      left -= 1;
      if (left < 0) return;
      const inner = join(path, entry.name);
      const isText = isSkills ? entry.name === "SKILL.md" : entry.name.endsWith(".md");
      if (isText) seen.push(`${inner} ${await stateOf(inner)}`);
      else if (depth < maxDepth && (entry.isDirectory() || entry.isSymbolicLink()))
        await look(inner, isSkills, depth + 1).catch(() => {});
    }
  };
  for (const folder of folders) {
    // There is none, or it is no folder.
    await look(join(workspace, ".claude", folder), folder === "skills", 1).catch(() => {});
  }
  return seen.toSorted().join("\n");
}

/** Of one file, without its content. */
export async function stateOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch {
    return "none";
  }
}
