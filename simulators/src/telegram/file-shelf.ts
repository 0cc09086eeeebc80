// The files that the simulated Telegram keeps for download.

import type { StoredFile } from "./chat-book.ts";

export interface ShelvedFile extends StoredFile {
  /** Below `/file/bot<TOKEN>/`. */
  readonly path: string;
}

export class FileShelf {
  readonly #byId = new Map<string, ShelvedFile>();

  add(file: Omit<StoredFile, "fileId">): ShelvedFile {
    const fileId = `file-${this.#byId.size + 1}`;
    const extension = /\.\w+$/.exec(file.name)?.[0] ?? "";
    const shelved = { ...file, fileId, path: `documents/${fileId}${extension}` };
    this.#byId.set(fileId, shelved);
    return shelved;
  }

  get(fileId: string): ShelvedFile | undefined {
    return this.#byId.get(fileId);
  }

  byPath(path: string): ShelvedFile | undefined {
    return [...this.#byId.values()].find((file) => file.path === path);
  }
}
