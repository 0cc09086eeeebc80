import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BotApiError } from "./bot-api-error.ts";
import { parseHtml } from "./html-entities.ts";

function refusalOf(source: string): string {
  try {
    parseHtml(source);
  } catch (error) {
    if (error instanceof BotApiError) return error.message.replace("Bad Request: can't parse entities: ", "");
    throw error;
  }
  return "accepted";
}

describe("Telegram's HTML", () => {
  it("turns tags into entities with UTF-16 offsets, the outer one first", () => {
    expect(parseHtml(`😀 <b>bold <i>both</i></b> <a href="https://example.org/?a=1&amp;b=2">link</a>`)).toEqual({
      text: "😀 bold both link",
      entities: [
        { type: "bold", offset: 3, length: 9 },
        { type: "italic", offset: 8, length: 4 },
        { type: "text_link", offset: 13, length: 4, url: "https://example.org/?a=1&b=2" },
      ],
    });
  });

  it("knows the whole list of tags", () => {
    const source =
      "<b>a</b><strong>a</strong><i>a</i><em>a</em><u>a</u><ins>a</ins><s>a</s><strike>a</strike><del>a</del>" +
      '<span class="tg-spoiler">a</span><tg-spoiler>a</tg-spoiler><code>a</code><pre>a</pre>' +
      "<blockquote>a</blockquote><blockquote expandable>a</blockquote>" +
      '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>';
    expect(
      parseHtml(source)
        .entities.map(({ type }) => type)
        .join(" "),
    ).toBe(
      "bold bold italic italic underline underline strikethrough strikethrough strikethrough spoiler spoiler code pre " +
        "blockquote expandable_blockquote custom_emoji",
    );
  });

  it("reads the language of a code block", () => {
    expect(parseHtml('<pre><code class="language-ts">let a = 1 &lt; 2;</code></pre>')).toEqual({
      text: "let a = 1 < 2;",
      entities: [{ type: "pre", offset: 0, length: 14, language: "ts" }],
    });
  });

  it("decodes the four named references and numbers, and leaves others as text", () => {
    expect(parseHtml("&lt;&gt;&amp;&quot;&#65;&#x1F600;&nbsp;& &copy;").text).toBe('<>&"A😀&nbsp;& &copy;');
  });

  it.each([
    ["<b>x", `Can't find end tag corresponding to start tag "b"`],
    ["<b>x</i>", `Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`],
    ["ä</b>", "Unexpected end tag at byte offset 2"],
    ["<p>x</p>", `Unsupported start tag "p" at byte offset 0`],
    ["a<br/>b", `Unsupported start tag "br/" at byte offset 1`],
    ["1 < 2", `Unsupported start tag "" at byte offset 2`],
    ["<b", "Unclosed start tag at byte offset 0"],
    ["<b>x</b", "Unclosed end tag at byte offset 4"],
    ["<span>x</span>", `Tag "span" must have class "tg-spoiler" at byte offset 0`],
    ["<b><i>x</b></i>", `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`],
    ["<toString>x</toString>", `Unsupported start tag "tostring" at byte offset 0`],
    [`<a href="x>y</a>`, "Unclosed start tag at byte offset 0"],
    [`<a "x">y</a>`, `Empty attribute name in the tag "a" at byte offset 0`],
  ])("refuses %s", (source, refusal) => {
    expect(refusalOf(source)).toBe(refusal);
  });

  it("gives escaped text back unchanged, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
        expect(parseHtml(`<b>${escaped}</b>`).text).toBe(text);
      }),
    );
  });

  it("answers any input with a text or a refusal, never with another error", () => {
    const soup = fc.array(
      fc.constantFrom("<", ">", "/", "b", "a", " href=", '"', "'", "&", "lt;", "#9", "pre", "😀", "\n"),
    );
    fc.assert(
      fc.property(soup, (parts) => {
        expect(refusalOf(parts.join(""))).not.toBe("");
      }),
      { numRuns: 2000 },
    );
  });
});
