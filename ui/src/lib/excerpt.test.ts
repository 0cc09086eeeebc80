import { expect, test } from "vitest";
import { excerpt } from "./excerpt.ts";

test("leaves the words and takes the marks away", () => {
  const markdown =
    "# Done\n\n**Two** causes:\n\n- `a.ts` waits\n- [x] [the log](https://example.com)\n\n```sh\nnpm test\n```\n\n---\n\n> said";
  expect(excerpt(markdown)).toBe("Done · Two causes: a.ts waits · the log · npm test · said");
});

test("a table reads row by row, cell by cell", () => {
  expect(excerpt("| a | b |\n|---|---:|\n| **1** | `x\\|y` |")).toBe("a | b · 1 | x|y");
});

test.each([
  "2 * 3 = 6 in my_file_name",
  "cat a | sort | uniq -c > b",
  "a # b, <b>c</b>, d [e] (f), 3 ~ 4, snake_case__name",
  "| half a row",
])("what is no Markdown stays as it was written: %s", (text) => {
  expect(excerpt(text)).toBe(text);
});

test("pictures and links are their words", () => {
  expect(excerpt("![a cat](cat.png) and [b][1]\n\n[1]: https://example.com")).toBe("a cat and b");
});

test("is cut to its length with a sign that it was", () => {
  const cut = excerpt("word ".repeat(500), 40);
  expect(cut.length).toBeLessThanOrEqual(40);
  expect(cut.endsWith("…")).toBe(true);
});
