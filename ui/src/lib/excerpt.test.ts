import { expect, test } from "vitest";
import { excerpt } from "./excerpt.ts";

test("leaves the words and takes the marks away", () => {
  const markdown =
    "# Done\n\n**Two** causes:\n\n- `a.ts` waits\n- [x] [the log](https://example.com)\n\n```sh\nnpm test\n```";
  expect(excerpt(markdown)).toBe("Done Two causes: a.ts waits the log npm test");
});

test("a table reads as its cells", () => {
  expect(excerpt("| a | b |\n|---|---:|\n| 1 | 2 |")).toBe("a b 1 2");
});

test("names with underscores and plain stars stay", () => {
  expect(excerpt("2 * 3 = 6 in my_file_name")).toBe("2 * 3 = 6 in my_file_name");
});

test("is cut to its length with a sign that it was", () => {
  const cut = excerpt("word ".repeat(500), 40);
  expect(cut.length).toBeLessThanOrEqual(40);
  expect(cut.endsWith("…")).toBe(true);
});
