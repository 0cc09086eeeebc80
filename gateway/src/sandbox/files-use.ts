/** What files take of the disk, as both kinds of sandbox have `du` count it. */

export interface FilesUse {
  /** Of the disk, in whole kB as the file system gives them out. */
  bytes: number;
  /** The up to three files or folders that take the most at the top of the workspace. Names are whatever an agent called them. */
  largest: readonly { name: string; bytes: number }[];
}

const countWithinSeconds = 45;

/** For `/bin/sh -c`, with `sh` and the directories behind it, the workspace first. */
export const countFiles = `timeout ${countWithinSeconds} du -skx -- "$@" 2>/dev/null; echo --; cd "$1" && timeout ${countWithinSeconds} du -akx -d 1 . 2>/dev/null | sort -rn | sed -n 2,4p`;
/** A patient wait for both looks, and for a busy engine. */
export const countTimeoutMs = 120_000;

/** Of what `countFiles` printed; null where it could not count in time. */
export function readFilesUse(output: string, directories: number): FilesUse | null {
  const [head = "", rest = ""] = output.split("--\n", 2);
  const sums = sizes(head, /^(\d{1,15})\t\/.*$/gm);
  if (sums.length < directories) return null;
  return { bytes: sums.reduce((sum, { bytes }) => sum + bytes, 0), largest: sizes(rest, /^(\d{1,15})\t\.\/(.+)$/gm) };
}

const sizes = (lines: string, line: RegExp): { name: string; bytes: number }[] =>
  [...lines.matchAll(line)].map(([, kilobytes, name = ""]) => ({ name, bytes: Number(kilobytes) * 1024 }));
