import { expect, test } from "vitest";
import { fileSize, shareOfDisk } from "./size.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 KB"],
  [9949, "9.9 KB"],
  [9950, "10 KB"],
  [999_600, "1.0 MB"],
  [23_400_000, "23 MB"],
  [5_000_000_000_000_000, "5000 TB"],
])("%i bytes read %s", (bytes, words) => {
  expect(fileSize(bytes)).toBe(words);
});

test.each([
  [1.2 * 1024 ** 3, 5 * 1024 ** 3, "1.2 of 5 GB"],
  [300 * 1024 ** 2, 20 * 1024 ** 3, "300 MB of 20 GB"],
  [0, 1024 ** 4, "0 KB of 1 TB"],
  [21.4 * 1024 ** 3, 20 * 1024 ** 3, "21 of 20 GB"],
])("%i of %i bytes of the disk read %s", (used, limit, words) => {
  expect(shareOfDisk(used, limit).join(" of ")).toBe(words);
});
