import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { markdownDocument, markdownSoup, wordsOf } from "./testing/markdown-arbitrary.ts";
import { markdownToRichText } from "./markdown-to-rich-text.ts";
import { renderAnswer, type TextBody } from "./render-answer.ts";
import { renderHtml } from "./render-html.ts";
import { splitRichText, telegramLimits } from "./split-rich-text.ts";
import { visibleText } from "./testing/telegram-html-rules.ts";

const isLong = process.env["PRAKTOR_LONG"] === "1";
const runs = isLong ? 12_000 : 500;
const timeout = isLong ? 900_000 : 20_000;

function html(markdown: string): string {
  return renderAnswer(markdown)
    .map((part) => part.html)
    .join("\n=====\n");
}

test.each([
  ["asterisks", `${"*".repeat(25_000)}a***`],
  ["an address that never ends", "a@".repeat(40_000)],
  ["a line of list marks", `${"- ".repeat(40_000)}x`],
])("%s that the parser would take minutes for come as they are written", (_, markdown) => {
  const startedAt = performance.now();
  const parts = renderAnswer(markdown);
  // Of a limit of half a second; the rest is for a busy machine.
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(
    parts
      .map(({ plain }) => plain)
      .join("")
      .replaceAll(/\s/g, ""),
  ).toBe(markdown.replaceAll(/\s/g, ""));
});

describe("Markdown in Telegram's HTML", () => {
  test.each([
    ["styles", "**b** *i* ~~s~~ ***both***", "<b>b</b> <i>i</i> <s>s</s> <i><b>both</b></i>"],
    ["code, which Telegram allows inside nothing", "**a `b` c**", "<b>a </b><code>b</code><b> c</b>"],
    ["everything that HTML would take for its own", '1 < 2 & `<b>` "q"', '1 &lt; 2 &amp; <code>&lt;b&gt;</code> "q"'],
    ["raw HTML as it is written", "<b>x</b> <script>", "&lt;b&gt;x&lt;/b&gt; &lt;script&gt;"],
    ["character references", "a &amp;&nbsp;b &#8594; &bogus;", "a &amp;\u00a0b → &amp;bogus;"],
    ["links", '[x](https://e.org/?a=1&b="2")', '<a href="https://e.org/?a=1&amp;b=&quot;2&quot;">x</a>'],
    ["links to files as their text", "see [`a.ts`](src/a.ts#L1)", "see <code>a.ts</code>"],
    ["scripts in links as their text", "[x](javascript:alert(1))", "x"],
    ["headings", "# One `two`\nbody", "<b>One </b><code>two</code>\n\nbody"],
    [
      "fences with a language",
      "```ts {1}\nlet a = 1 < 2;\n```",
      '<pre><code class="language-ts">let a = 1 &lt; 2;</code></pre>',
    ],
    ["fences without", "```\n  x\n\n```", "<pre>  x</pre>"],
    ["quotes, which do not nest", "> a\n>\n> > b", "<blockquote>a\n\nb</blockquote>"],
    ["lists", "- a\n  - b\n    c\n- [x] d\n\n3. e\n4. f", "• a\n  • b\n    c\n☑ d\n\n3. e\n4. f"],
    ["line breaks as they are written", "a\nb  \nc<br>d", "a\nb\nc\nd"],
    ["tables in columns", "| a | bb |\n|--|--:|\n| 你好 | **1** |", "<pre>a     bb\n────  ──\n你好   1</pre>"],
    ["rules", "a\n\n---\n\nb", "a\n\n———\n\nb"],
  ])("writes %s", (_, markdown, expected) => {
    expect(html(markdown)).toBe(expected);
  });

  test("says so when nothing of an answer can be seen", () => {
    for (const blank of ["", " \n ", "\u200b", "[ref]: https://e.org"]) {
      expect(renderAnswer(blank)).toEqual([
        { type: "text", html: "(The answer is empty.)", plain: "(The answer is empty.)" },
      ]);
    }
  });

  test("shows what nests too deep for a parser as it is written", () => {
    const parts = renderAnswer(`${">".repeat(20_000)} deep`);
    expect(parts.map((part) => part.plain).join("")).toContain("deep");
  });

  test("loses no word of a document and keeps their order", { timeout }, () => {
    fc.assert(
      fc.property(markdownDocument, (markdown) => {
        const parts = renderAnswer(markdown);
        const withLinks = parts.map((part) => part.html.replaceAll(/<a href="[^"]*">/g, "")).join(" ");
        expect(wordsOf(visibleText(withLinks.replaceAll("</a>", "")))).toEqual(wordsOf(markdown));
      }),
      { numRuns: runs },
    );
  });
});

describe("the parts of an answer", () => {
  const expectTelegramTakes = (parts: readonly TextBody[]): void => {
    for (const part of parts) {
      expect(visibleText(part.html)).toBe(part.plain);
      // The mark of a repeat still fits.
      expect(part.plain.length).toBeLessThanOrEqual(4_096 - 30);
      expect(part.html.length).toBeLessThanOrEqual(telegramLimits.htmlUnits);
      expect((part.html.match(/<[a-z]/g) ?? []).length).toBeLessThanOrEqual(2 * telegramLimits.entities);
      expect(part.plain.isWellFormed()).toBe(true);
      expect(part.plain.trim()).not.toBe("");
    }
  };

  test("are what Telegram takes, and joined they are the text: documents", { timeout }, () => {
    fc.assert(
      fc.property(markdownDocument, (markdown) => {
        const parts = renderAnswer(markdown);
        expect(parts.length).toBeGreaterThan(0);
        expectTelegramTakes(parts);
        expectOnlyGapsDropped(
          markdownToRichText(markdown).text,
          parts.map((part) => part.plain),
        );
      }),
      { numRuns: runs },
    );
  });

  test("are what Telegram takes, and joined they are the text: soup", { timeout }, () => {
    fc.assert(
      fc.property(markdownSoup, (markdown) => {
        const parts = renderAnswer(markdown);
        expect(parts.length).toBeGreaterThan(0);
        expectTelegramTakes(parts);
        expectOnlyGapsDropped(
          markdownToRichText(markdown).text,
          parts.map((part) => part.plain),
        );
      }),
      { numRuns: runs },
    );
  });

  test("keep all limits however narrow", { timeout }, () => {
    const limits = fc.record({
      visibleUnits: fc.integer({ min: 8, max: 300 }),
      entities: fc.integer({ min: 4, max: 12 }),
      htmlUnits: fc.integer({ min: 400, max: 900 }),
    });
    fc.assert(
      fc.property(markdownDocument, limits, (markdown, narrow) => {
        const rich = markdownToRichText(markdown.slice(0, 5_000));
        const parts = splitRichText(rich, narrow);
        for (const part of parts) {
          expect(part.text.length).toBeLessThanOrEqual(narrow.visibleUnits);
          expect(part.spans.length).toBeLessThanOrEqual(narrow.entities);
          expect(renderHtml(part).length).toBeLessThanOrEqual(narrow.htmlUnits);
          expect(visibleText(renderHtml(part))).toBe(part.text);
        }
        expectOnlyGapsDropped(
          rich.text,
          parts.map((part) => part.text),
        );
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
  });

  test("are cut at a paragraph, else a line, a sentence, a word", () => {
    const cut = (text: string, visibleUnits: number): string[] =>
      splitRichText({ text, spans: [] }, { ...telegramLimits, visibleUnits }).map((part) => part.text);
    expect(cut("aaaa aaaa.\n\nbb bb. bb\nbb bb", 22)).toEqual(["aaaa aaaa.", "bb bb. bb\nbb bb"]);
    expect(cut("aaaa. aaaa\nbbbb bbbb bbbb", 16)).toEqual(["aaaa. aaaa", "bbbb bbbb bbbb"]);
    expect(cut("aaaa aaaa. bbbb bbbb bbbb", 16)).toEqual(["aaaa aaaa.", "bbbb bbbb bbbb"]);
    expect(cut("aaaa aaaa bbbbbbb", 12)).toEqual(["aaaa aaaa", "bbbbbbb"]);
    expect(cut("aaaaaaaaaaaa", 5)).toEqual(["aaaaa", "aaaaa", "aa"]);
  });

  test("keep a character whole that a person sees as one", () => {
    const family = "👩‍👩‍👧‍👦";
    const parts = splitRichText({ text: family.repeat(4), spans: [] }, { ...telegramLimits, visibleUnits: 15 });
    expect(parts.map((part) => part.text)).toEqual([family, family, family, family]);
  });

  test("close and open a fence again, with its language", () => {
    const code = Array.from({ length: 400 }, (_, index) => `  line ${index} of the code`).join("\n");
    const parts = renderAnswer(`Intro\n\n\`\`\`ts\n${code}\n\`\`\`\n\nEnd`);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) expect(part.html).toContain('<pre><code class="language-ts">');
    const joined = parts.map((part) => part.plain).join("\n");
    expect(joined).toContain(code);
  });

  test("do not begin a fence where most of it would not fit", () => {
    const parts = renderAnswer(`${"Text. ".repeat(400)}\n\n\`\`\`\n${"code line\n".repeat(300)}\`\`\``);
    expect(parts.map((part) => part.html.includes("<pre>"))).toEqual([false, true]);
  });
});

/** The parts follow each other in the source, with nothing but white space and invisible characters between them. */
function expectOnlyGapsDropped(source: string, parts: readonly string[]): void {
  if (parts.length === 1 && parts[0] === "(The answer is empty.)") return;
  let at = 0;
  for (const part of [...parts, ""]) {
    const found = part === "" ? source.length : source.indexOf(part, at);
    const gap = source.slice(at, found);
    if (found < 0 || /[^\s\p{Cc}\p{Cf}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u.test(gap)) {
      throw new Error(`lost at ${at}: ${JSON.stringify(gap.slice(0, 80))} before ${JSON.stringify(part.slice(0, 80))}`);
    }
    at = found + part.length;
  }
}
