/** The instructions that every group's agent reads: seeded once, then the person's own. */
import { constants } from "node:fs";
import { copyFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Instructions } from "@praktor/protocol/instructions";
import { Serial } from "../kit/serial.ts";
import { instructionsVersion, requireVersion } from "./instructions-version.ts";

/** Copies the shipped `CLAUDE.md` into `{base}/global` unless there is one: a person's text is never written over. Returns the folder. */
export async function seedGlobalInstructions(basePath: string, shippedFile: string): Promise<string> {
  const folder = join(basePath, "global");
  await mkdir(folder, { recursive: true });
  try {
    await copyFile(shippedFile, join(folder, "CLAUDE.md"), constants.COPYFILE_EXCL);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return folder;
}

/** `{base}/global/CLAUDE.md`, read and changed by people. A change holds from an agent's next turn on. */
export class GlobalInstructions {
  readonly #basePath: string;
  readonly #writes = new Serial();

  constructor(basePath: string) {
    this.#basePath = basePath;
  }

  async read(): Promise<Instructions> {
    const text = await this.#text();
    return { text: text ?? "", version: instructionsVersion(text) };
  }

  /** Rejects with `conflict` when the file is no longer of that version. */
  async write(text: string, version: string): Promise<Instructions> {
    return await this.#writes.run(() => this.#replace(text, version));
  }

  async #replace(text: string, version: string): Promise<Instructions> {
    requireVersion(await this.#text(), version);
    const folder = join(this.#basePath, "global");
    // In the folder itself, which may be a mount of its own; who hands the folder on leaves out what ends so.
    const draft = join(folder, ".CLAUDE.md.new");
    await mkdir(folder, { recursive: true });
    await writeFile(draft, text);
    await rename(draft, join(folder, "CLAUDE.md"));
    return { text, version: instructionsVersion(text) };
  }

  async #text(): Promise<string | null> {
    try {
      return await readFile(join(this.#basePath, "global", "CLAUDE.md"), "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    }
  }
}
