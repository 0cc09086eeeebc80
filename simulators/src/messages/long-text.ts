// Deterministic Markdown of any length: headings, lists, code, tables and paragraphs.

const vocabulary = [
  "river",
  "harbour",
  "quiet",
  "lantern",
  "copper",
  "orchard",
  "signal",
  "morning",
  "paper",
  "window",
  "gentle",
  "mountain",
  "thread",
  "garden",
  "silver",
  "compass",
  "letter",
  "bridge",
  "winter",
  "music",
];

/** Exactly `count` words; Markdown marks are not counted. */
export function longText(count: number): string {
  const words = Array.from(
    { length: count },
    (_, index) => vocabulary[(index * 7 + Math.trunc(index / vocabulary.length)) % vocabulary.length] ?? "",
  );
  const blocks: string[] = [];
  for (let used = 0; used < words.length;) {
    const layout = layouts[blocks.length % layouts.length] ?? paragraph;
    blocks.push(layout.form(words.slice(used, used + layout.words)));
    used += layout.words;
  }
  return blocks.join("\n\n");
}

interface Layout {
  readonly words: number;
  form(words: readonly string[]): string;
}

const paragraph: Layout = { words: 40, form: (words) => `${words.join(" ")}.` };

const layouts: readonly Layout[] = [
  { words: 3, form: (words) => `## ${words.join(" ")}` },
  paragraph,
  { words: 12, form: (words) => words.map((word, at) => (at % 3 === 0 ? `- **${word}**` : `- *${word}*`)).join("\n") },
  { words: 8, form: (words) => `\`\`\`\n${words.join(" ")}\n\`\`\`` },
  { words: 12, form: (words) => `> ${words.join(" ")}` },
];
