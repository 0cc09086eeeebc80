import { expect, test } from "vitest";
import { statusText } from "./status-text.ts";

const steps = Array.from({ length: 9 }, (_, index) => ({
  name: `Tool${index}`,
  input: `line one\n${"x".repeat(200)}`,
  done: index < 8,
}));

test("a status names the tool and the time", () => {
  expect(statusText({ tool: null, steps }, 7_400)).toBe("⏳ Working · 7 s");
  expect(statusText({ tool: "Bash" }, 61_000, 2)).toBe("⏳ Bash · 1 min 01 s");
});

test("the answer is seen while it is written, of a long one the end", () => {
  expect(statusText({ tool: null, text: "So far\n" }, 5_000)).toBe("⏳ Working · 5 s\n\nSo far ▍");
  const long = statusText({ tool: null, text: `${"word ".repeat(900)}last` }, 5_000);
  expect(long).toMatch(/^⏳ Working · 5 s\n\n…word .*word last ▍$/);
  expect(long.length).toBeLessThan(1_300);
});

test("at level 2 the newest steps are listed, each on one short line", () => {
  const lines = statusText({ tool: "Tool8", steps }, 1_000, 2).split("\n");
  expect(lines).toHaveLength(7);
  expect(lines[1]).toMatch(/^✓ Tool3 line one x+…$/);
  expect(lines.at(-1)).toMatch(/^▸ Tool8/);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(100);
});
