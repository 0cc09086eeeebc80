/** A small folder that the tools of a model can read and cannot write: what lies in it Claude Code believes. */
import { realpathSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** How the path of each of them begins: without a link on the way. */
export function sealedPrefix(): string {
  return join(realpathSync(tmpdir()), "praktor-sealed-");
}

export interface SealedContent {
  /** Texts by their paths within the folder, at most one folder deep. */
  files: Readonly<Record<string, string>>;
  /** Targets by names. */
  links?: Readonly<Record<string, string>>;
}

/** One for each use, under a name that cannot be guessed. */
export class SealedFolder implements AsyncDisposable {
  readonly path: string;
  readonly #folders: readonly string[];

  private constructor(path: string, folders: readonly string[]) {
    this.path = path;
    this.#folders = folders;
  }

  static async make(name: string, { files, links = {} }: SealedContent): Promise<SealedFolder> {
    await using made = new AsyncDisposableStack();
    const path = await mkdtemp(`${sealedPrefix()}${name}-`);
    const inner = [...new Set(Object.keys(files).map((file) => dirname(join(path, file))))];
    const sealed = made.use(new SealedFolder(path, [...new Set([path, ...inner])]));
    for (const folder of inner) await mkdir(folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text, { mode: 0o444 });
    for (const [link, target] of Object.entries(links)) await symlink(target, join(path, link));
    for (const folder of sealed.#folders.toReversed()) await chmod(folder, 0o555);
    made.move();
    return sealed;
  }

  /** Never rejects: the conversation's next turn waits for it, and what may stay is a few links, or nothing where others cleared up. */
  async [Symbol.asyncDispose](): Promise<void> {
    const anyway = (): void => {};
    for (const folder of this.#folders) await chmod(folder, 0o755).catch(anyway);
    await rm(this.path, { recursive: true, force: true }).catch(anyway);
  }
}
