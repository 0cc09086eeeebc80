import { expect, test } from "vitest";
import { isHeavy } from "./heavy-markdown.ts";

test.each([
  ["quotes in quotes", `${">".repeat(2_400)} x`],
  ["quotes in quotes, spaced", `${"> ".repeat(30)}x`],
  ["lists in lists", `${"- ".repeat(2_400)}x`],
  ["numbers in numbers", `text\n\n${"1. ".repeat(40)}x`],
  ["brackets", "[".repeat(4_000)],
  ["asterisks", `${"*".repeat(4_000)}a***`],
  ["half-open emphasis", "*a **b_ ".repeat(1_000)],
  ["addresses", "www.a_".repeat(2_000)],
  ["a table of many cells", `${"|a".repeat(800)}|\n${"|-".repeat(800)}|\n`],
  ["a dump", "word ".repeat(20_000)],
  ["emphasis at the beginning of each line", "*a_b**c\n".repeat(2_000)],
  ["strikes at the beginning of each line", "+~~a~b\n".repeat(2_000)],
  ["marks after a fence that ends", `\`\`\`\nx\n\`\`\`\n${"*".repeat(2_000)}`],
])("%s", (_, markdown) => {
  expect(isHeavy(markdown)).toBe(true);
});

test.each([
  ["prose", "Some **bold** words, a [link](https://e.org) and `code`.\n\n".repeat(200)],
  ["a list", Array.from({ length: 500 }, (_, index) => `- **${index}** item`).join("\n")],
  ["a list within lists", "- a\n  - b\n    - c\n      - d\n"],
  ["code with many brackets", `\`\`\`json\n${'{ "a": ["b"], "c": "*_*" }\n'.repeat(1_000)}\`\`\`\n`],
  ["code whose fence is not closed yet", `Look:\n\n\`\`\`\n${"a[i] * b[j]\n".repeat(1_000)}`],
  ["a rule of asterisks", `a\n\n${"* ".repeat(15)}\n\nb`],
  ["a table", `| a | b |\n|---|---|\n${"| 1 | 2 |\n".repeat(300)}`],
])("not %s", (_, markdown) => {
  expect(isHeavy(markdown)).toBe(false);
});

test("is found out at once", () => {
  const startedAt = performance.now();
  for (const text of [
    "`".repeat(50_000),
    "```\n".repeat(12_000),
    "> ".repeat(25_000),
    " ".repeat(50_000),
    "1".repeat(50_000),
  ])
    isHeavy(text);
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});
