import { expect, test } from "vitest";
import { fileSize } from "./size.ts";

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
