/** Suggests a group's id and folder from what people call it, such as no other group has. */

export interface SuggestedNames {
  id: string;
  folder: string;
}

const MOST_CHARACTERS = 40;

/** Both empty while the name holds nothing to make them of. */
export const suggestNames = (name: string, taken: readonly { id: string; folder: string }[]): SuggestedNames => {
  const plain = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, MOST_CHARACTERS)
    .replaceAll(/^-+|-+$/g, "");
  if (plain === "") return { id: "", folder: "" };
  const used = new Set(taken.flatMap(({ id, folder }) => [id, folder]));
  let free = plain;
  for (let next = 2; used.has(free); next++) free = `${plain}-${next}`;
  return { id: free, folder: free };
};
