/**
 * Where a key file's key may lie: in its place, or beside it while a rotation is unfinished. At every moment one of the files opens the
 * vault's record, and none that alone does so is ever removed.
 */
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import { keyDisk, newKey, readKeyFile, type KeyDisk } from "./key-file.ts";

/** Whether the record is this key's. */
export type Opens = (key: Buffer) => Promise<boolean>;

export class KeyPlaces {
  readonly path: string;
  readonly #next: string;
  readonly #former: string;
  readonly #disk: KeyDisk;

  constructor(path: string, disk: KeyDisk = keyDisk) {
    this.path = path;
    this.#next = `${path}.next`;
    this.#former = `${path}.former`;
    this.#disk = disk;
  }

  /** The file that opens the record; null when none does. Rejects with `vault_locked` when none can be read. */
  async find(opens: Opens): Promise<{ place: string; key: Buffer } | null> {
    const failures: unknown[] = [];
    const places = [this.path, this.#next, this.#former];
    for (const place of places) {
      try {
        const key = await readKeyFile(place);
        if (await opens(key)) return { place, key };
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length === places.length) throw failures[0];
    return null;
  }

  /** The key that opens the record comes to its place, and what lies beside it goes. Rejects where that cannot be; then nothing is lost. */
  async settle(opens: Opens): Promise<void> {
    const found = await this.find(opens);
    if (!found) return;
    if (found.place !== this.path) await this.#disk.rename(found.place, this.path);
    await this.#disk.remove(this.#next);
    await this.#disk.remove(this.#former);
  }

  /**
   * Puts a new key in the place of the one that opens the record, which stays beside it until `settle`. Rejects with `failed` and what to
   * do where the file cannot be replaced.
   */
  async replace(opens: Opens): Promise<Buffer> {
    try {
      await this.settle(opens);
      const found = await this.find(opens);
      if (!found) throw new Error(`${this.path} does not hold the key that the secrets are under`);
      const key = newKey();
      await this.#disk.create(this.#next, key);
      await this.#disk.create(this.#former, found.key);
      await this.#disk.rename(this.#next, this.path);
      return key;
    } catch (error) {
      // What cannot be tidied up now can be by the next start.
      await this.settle(opens).catch(() => {});
      throw new PraktorError(
        "failed",
        `The key file cannot be replaced (${errorMessage(error)}); nothing was changed.`,
        {
          hint: `${this.path} must be a file that Praktor may replace: where it is mounted by itself, mount its folder instead.`,
          cause: error,
        },
      );
    }
  }
}
