import { expect, test } from "vitest";
import { readFilesUse } from "./files-use.ts";

test("the sums come from the directories' own lines, whatever files are called", () => {
  const output = "5\t/files/0\n2\t/files/1\n--\n4\t./a`b` **c**\n--\n9999\t/files/0\n1\t./ok\n";
  expect(readFilesUse(output, 2)).toEqual({
    bytes: 7 * 1024,
    largest: [{ name: "a`b` **c**", bytes: 4096 }],
  });
});

test("what was not counted to its end is not known", () => {
  expect(readFilesUse("5\t/files/0\n--\n", 2)).toBeNull();
  expect(readFilesUse("nonsense", 1)).toBeNull();
});
