/** A file system of its own, to be filled or cut. Needs the right to mount. */
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { run, works } from "./shell.ts";

export class Volume implements Disposable {
  readonly folder: string;
  readonly #base: string;
  readonly #image: string | null;

  private constructor(base: string, image: string | null) {
    this.#base = base;
    this.#image = image;
    this.folder = join(base, "volume");
    mkdirSync(this.folder);
  }

  /** In memory, of a fixed size. */
  static inMemory(sizeMb: number): Volume {
    const volume = new Volume(mkdtempSync(join(tmpdir(), "praktor-volume-")), null);
    run("mount", "-t", "tmpfs", "-o", `size=${sizeMb}m`, "none", volume.folder);
    return volume;
  }

  /** An ext4 in a file. */
  static ext4(sizeMb: number): Volume {
    const base = mkdtempSync(join(tmpdir(), "praktor-volume-"));
    const image = join(base, "image");
    writeFileSync(image, "");
    truncateSync(image, sizeMb * 1024 * 1024);
    run("mkfs.ext4", "-q", "-F", image);
    const volume = new Volume(base, image);
    volume.mount();
    return volume;
  }

  mount(): void {
    run("mount", "-o", "loop", this.#image ?? "none", this.folder);
  }

  /** Resolves when nobody has it any more: another program that makes a mount namespace just now keeps a copy of it for a moment. */
  async unmount(): Promise<void> {
    run("umount", this.folder);
    const until = Date.now() + 60_000;
    while (this.#image !== null && run("losetup", "-j", this.#image) !== "") {
      if (Date.now() > until)
        throw new Error(`The volume ${this.folder} is still used a minute after it was unmounted.`);
      await delay(20);
    }
  }

  /** As a power cut: what has not been flushed is gone. The file system answers nothing until it is mounted again. */
  cutPower(): void {
    run("xfs_io", "-x", "-c", "shutdown", this.folder);
  }

  /** Leaves room for fewer than `restBytes`. */
  fill(restBytes = 0): void {
    const { bavail, bsize } = statfsSync(this.folder);
    const sizeBytes = Math.max(0, bavail * bsize - restBytes);
    try {
      writeFileSync(join(this.folder, "filler"), Buffer.alloc(sizeBytes));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    }
  }

  free(): void {
    rmSync(join(this.folder, "filler"), { force: true });
  }

  [Symbol.dispose](): void {
    works("umount", this.folder);
    rmSync(this.#base, { recursive: true, force: true });
  }
}

/** Whether this account may mount: root in a virtual machine may, root in most containers may not. */
export function canMount(): boolean {
  try {
    using volume = Volume.inMemory(1);
    return volume.folder !== "";
  } catch {
    return false;
  }
}

export function canCutPower(): boolean {
  if (!works("xfs_io", "-V") || !canMount()) return false;
  try {
    using volume = Volume.ext4(8);
    volume.cutPower();
    return true;
  } catch {
    return false;
  }
}
