import { expect, test } from "vitest";
import { answerParts } from "./answer-parts.ts";
import { renderAnswer } from "./render-answer.ts";

const paragraphs = (count: number): string =>
  Array.from({ length: count }, (_, index) => `Paragraph **${index}** ${"word ".repeat(300)}`).join("\n\n");

test("an answer of a few messages is sent as these", () => {
  const markdown = paragraphs(6);
  expect(answerParts(markdown, 10)).toEqual(renderAnswer(markdown));
});

test("a longer one is its beginning and a file that holds all of it", () => {
  const markdown = paragraphs(60);
  const [beginning, file, ...more] = answerParts(markdown, 10);
  expect(more).toEqual([]);
  expect(beginning).toMatchObject({ type: "text", plain: expect.stringMatching(/^Paragraph 0 word/) });
  expect(file).toMatchObject({ type: "file", name: "answer.md", content: markdown });
  expect(file?.type === "file" && file.caption).toMatch(/beginning.*18,\d{3} words.*file/);
});

test("one that is far too long is not looked at to its end", () => {
  const markdown = `Paragraph **0** ${"*a **b_ ".repeat(120_000)}`;
  const startedAt = performance.now();
  const [beginning, file] = answerParts(markdown, 10);
  // Seconds, when all of it was looked at.
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(beginning).toMatchObject({ type: "text", plain: expect.stringMatching(/^Paragraph 0 /) });
  expect(file).toMatchObject({ type: "file", content: markdown, caption: expect.stringMatching(/words, so it comes/) });
});
