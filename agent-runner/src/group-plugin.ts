/**
 * The group's own skills, agents and commands, and nothing else that its `.claude` folder may hold: as settings of a project Claude
 * Code would also take hooks, helpers, environment and plugins from there, and run them without a question to anybody.
 */
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const taken = ["skills", "agents", "commands"];
const manifest = { name: "group", version: "1.0.0", description: "What this group has made for itself" };

/** One for each session and under a name that cannot be guessed: what is written into a plugin's folder would be believed. */
export class GroupPlugin implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(workspace: string): Promise<GroupPlugin> {
    await using made = new AsyncDisposableStack();
    const plugin = made.use(new GroupPlugin(await mkdtemp(join(tmpdir(), "praktor-plugin-"))));
    const { path } = plugin;
    const about = join(path, ".claude-plugin");
    await mkdir(about);
    await writeFile(join(about, "plugin.json"), JSON.stringify(manifest), { mode: 0o444 });
    for (const name of taken) await symlink(join(workspace, ".claude", name), join(path, name));
    for (const folder of [about, path]) await chmod(folder, 0o555);
    made.move();
    return plugin;
  }

  /** Never rejects: the conversation's next turn waits for it, and what may stay is a few links, or nothing where others cleared up. */
  async [Symbol.asyncDispose](): Promise<void> {
    const anyway = (): void => {};
    for (const folder of [this.path, join(this.path, ".claude-plugin")]) await chmod(folder, 0o755).catch(anyway);
    await rm(this.path, { recursive: true, force: true }).catch(anyway);
  }
}
