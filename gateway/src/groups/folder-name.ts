/** A folder's name made from what people call the group: it names volumes, networks and directories. */

const maxLength = 48;

/** Small letters, digits, `-` and `_`, 1 to 48 of them, beginning with a letter or digit. */
export function folderName(title: string, suffix: string): string {
  const tail = slug(suffix);
  const head = slug(title)
    .slice(0, maxLength - tail.length - 1)
    .replace(/[-_]+$/, "");
  return head === "" ? `group-${tail}`.slice(0, maxLength) : `${head}-${tail}`;
}

function slug(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}
