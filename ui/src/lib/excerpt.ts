/** Markdown as one plain line, for places too small to draw it. */
import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

/** The words as the drawn text would have them, with a dot between its blocks; never longer than `most` characters. */
export const excerpt = (markdown: string, most = 240): string => {
  // Enough to fill the line, and no more work for a long answer.
  const tree = fromMarkdown(markdown.slice(0, most * 4), { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const plain = blocksOf(tree)
    .map((block) => block.replace(/\s+/g, " ").trim())
    .filter((block) => block !== "")
    .reduce((line, block) => (line === "" ? block : `${line}${/[.:;,!?…]$/.test(line) ? " " : " · "}${block}`), "");
  return plain.length > most ? `${plain.slice(0, most - 1).trimEnd()}…` : plain;
};

const blocksOf = (node: Nodes): string[] => {
  switch (node.type) {
    case "root":
    case "blockquote":
    case "list":
    case "listItem":
    case "table":
    case "footnoteDefinition":
      return node.children.flatMap(blocksOf);
    case "tableRow":
      return [node.children.map(wordsOf).join(" | ")];
    case "definition":
    case "thematicBreak":
      return [];
    default:
      return [wordsOf(node)];
  }
};

const wordsOf = (node: Nodes): string => {
  if (node.type === "break") return " ";
  if (node.type === "image" || node.type === "imageReference") return node.alt ?? "";
  if ("value" in node) return node.value;
  return "children" in node ? node.children.map(wordsOf).join("") : "";
};
