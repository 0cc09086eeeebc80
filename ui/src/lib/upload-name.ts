/** Where a file that comes with a message lies in the workspace. */

const MOST_CHARACTERS = 80;

/** The name as one path segment everywhere, hidden nowhere, with its ending; `mark`, a folder, keeps files of the same name apart. */
export const uploadPath = (name: string, mark: string): string => {
  const clean = name
    .normalize("NFC")
    .replaceAll(/[^\p{L}\p{N}._ -]+/gu, "_")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/^[. _-]+|[. ]+$/g, "");
  const ending = /\.[\p{L}\p{N}]{1,10}$/u.exec(clean)?.[0] ?? "";
  const stem = clean.slice(0, clean.length - ending.length).slice(0, MOST_CHARACTERS);
  return `uploads/${mark}/${(stem + ending).toWellFormed() || "file"}`;
};
