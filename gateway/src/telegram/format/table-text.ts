/** Lays a table out in columns for a monospaced font. */

export type Alignment = "left" | "center" | "right" | null;

// Beyond this a column is not padded: one long cell would push every row off a phone's screen.
const widestPaddedColumn = 32;
const gap = "  ";
const segmenter = new Intl.Segmenter();

/** One line a row, the header underlined. Cells must not contain line breaks. */
export function tableText(header: readonly string[], rows: readonly string[][], align: readonly Alignment[]): string {
  const widths = header.map((cell, column) => {
    const cells = [cell, ...rows.map((row) => row[column] ?? "")];
    return Math.min(
      widestPaddedColumn,
      cells.reduce((widest, one) => Math.max(widest, displayWidth(one)), 1),
    );
  });
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, column) => pad(cells[column] ?? "", width, align[column] ?? null))
      .join(gap)
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join(gap);
  return [line(header), rule, ...rows.map(line)].join("\n");
}

function pad(cell: string, width: number, align: Alignment): string {
  const missing = Math.max(0, width - displayWidth(cell));
  if (align === "right") return " ".repeat(missing) + cell;
  if (align === "center") {
    const before = Math.floor(missing / 2);
    return " ".repeat(before) + cell + " ".repeat(missing - before);
  }
  return cell + " ".repeat(missing);
}

/** In columns of a monospaced font: two for East Asian wide characters and emoji. */
function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += isWide(segment) ? 2 : 1;
  return width;
}

function isWide(grapheme: string): boolean {
  return (
    /\p{Emoji_Presentation}|\ufe0f/u.test(grapheme) ||
    /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
      grapheme,
    ) ||
    /[\u{20000}-\u{3fffd}]/u.test(grapheme)
  );
}
