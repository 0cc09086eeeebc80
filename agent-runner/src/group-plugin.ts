/**
 * The group's own skills, agents and commands, and nothing else that its `.claude` folder may hold: as settings of a project Claude
 * Code would also take hooks, helpers, environment and plugins from there, and run them without a question to anybody.
 */
import { join } from "node:path";
import { SealedFolder } from "./sealed-folder.ts";

const taken = ["skills", "agents", "commands"];
const manifest = { name: "group", version: "1.0.0", description: "What this group has made for itself" };

export async function groupPlugin(workspace: string): Promise<SealedFolder> {
  return await SealedFolder.make("plugin", {
    files: { ".claude-plugin/plugin.json": JSON.stringify(manifest) },
    links: Object.fromEntries(taken.map((name) => [name, join(workspace, ".claude", name)])),
  });
}
