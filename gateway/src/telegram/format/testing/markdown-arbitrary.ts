/** For tests: generated Markdown whose words are numbered, so that each can be looked for in what is made of it. */
import * as fc from "fast-check";

/** `{}` stands for the next word. */
const wordy = fc.constantFrom(
  "{}",
  "{} {} {}",
  "{}, {}. {}! {}",
  "**{}**",
  "*{} **{}** {}*",
  "***{}***",
  "~~{}~~",
  "`{} <b> & {}`",
  "**{} `{}` {}**",
  '[{}](https://example.org/?a=1&b="2")',
  "[{} `{}` **{}**](https://example.org)",
  "[`{}`](src/file.ts)",
  "![{}](https://example.org/i.png)",
  "https://example.org/{}",
  "{} <br> {} &amp; {} &lt; {}",
  "<b>{}</b> <script>{}</script> <!-- {} -->",
  '{} & {} < {} > {} "{}"',
  "\\*{}\\* _{}_ __{}__ {}_{}",
  "👩‍👩‍👧‍👦 {} 🇩🇪 é {} 你好。{}",
);
const line = fc.array(wordy, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(" "));
const lines = fc.array(line, { minLength: 1, maxLength: 4 }).map((all) => all.join("\n"));
const many = fc.integer({ min: 1, max: 900 });

const block: fc.Arbitrary<string> = fc.letrec<{ block: string; list: string }>((tie) => ({
  block: fc.oneof(
    { maxDepth: 3 },
    { weight: 4, arbitrary: lines },
    {
      weight: 1,
      arbitrary: fc.tuple(line, fc.integer({ min: 1, max: 6 })).map(([text, level]) => `${"#".repeat(level)} ${text}`),
    },
    { weight: 1, arbitrary: many.map((count) => "{} ".repeat(count).trimEnd()) },
    { weight: 1, arbitrary: many.map((count) => "{}. ".repeat(count).trimEnd()) },
    { weight: 1, arbitrary: many.map((count) => "🙂".repeat(count) + "{}") },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom("", "ts", "c++", "sh {1,2}", '"><b>'), many, fc.boolean())
        .map(
          ([info, count, isOneLine]) =>
            `\`\`\`${info}\n${(isOneLine ? "  {} < &" : "  {} < &\n").repeat(count)}\n\`\`\``,
        ),
    },
    { weight: 1, arbitrary: tie("list") },
    { weight: 1, arbitrary: tie("block").map((text) => prefixed(text, "> ", "> ")) },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.tuple(wordyCell(), wordyCell()), { minLength: 1, maxLength: 12 })
        .map((rows) => ["| {} | {} |", "|:--|--:|", ...rows.map(([a, b]) => `| ${a} | ${b} |`)].join("\n")),
    },
    { weight: 1, arbitrary: fc.constant("---") },
  ),
  list: fc
    .tuple(
      fc.constantFrom("- ", "1. ", "- [ ] ", "- [x] "),
      fc.array(tie("block"), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
    )
    .map(([bullet, items, isLoose]) =>
      items.map((item) => prefixed(item, bullet, " ".repeat(bullet.length))).join(isLoose ? "\n\n" : "\n"),
    ),
})).block;

/** Whole documents, from one word to some ten thousand characters. */
export const markdownDocument: fc.Arbitrary<string> = fc
  .array(block, { minLength: 1, maxLength: 10 })
  .map((blocks) => numbered(blocks.join("\n\n")));

/** Pieces of Markdown, HTML and Unicode thrown together: nothing is promised but that it is text. */
export const markdownSoup: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "*",
        "**",
        "_",
        "`",
        "```",
        "```\n",
        "~~",
        "> ",
        "- ",
        "1. ",
        "# ",
        "|",
        "|-|\n",
        "\n",
        "\n\n",
        "    ",
        "\t",
      ),
      fc.constantFrom(
        "[",
        "](",
        ")",
        "![",
        "<",
        ">",
        "&",
        "&amp;",
        "&#0;",
        "&#xd800;",
        "<br>",
        "</a>",
        "<pre>",
        "\\",
        "\r\n",
        "\0",
      ),
      fc.constantFrom(
        "\ud83d",
        "\ude00",
        "\u200b",
        "\u202e",
        "\ufe0f",
        "e\u0301",
        "\u0007",
        " ".repeat(50),
        "x".repeat(5000),
      ),
      fc.string({ unit: "grapheme", maxLength: 30 }),
    ),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(""));

/** The words of a document in their order. */
export function wordsOf(text: string): string[] {
  return text.match(/w\d+w/g) ?? [];
}

function wordyCell(): fc.Arbitrary<string> {
  return fc.constantFrom("{}", "**{}** {}", "`{}`", "{} {} {} {} {} {} {} {}", "你好 {}", "");
}

function prefixed(text: string, first: string, next: string): string {
  return text
    .split("\n")
    .map((one, index) => (index === 0 ? first : next) + one)
    .join("\n");
}

function numbered(template: string): string {
  let count = 0;
  return template.replaceAll("{}", () => `w${(count += 1)}w`);
}
