/** Makes of a file's bytes what the page can show. */

export type FileContent =
  | { type: "text" | "markdown"; text: string }
  | { type: "image"; url: string }
  | { type: "empty" | "binary" };

const IMAGES: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  svg: "image/svg+xml",
};

/** Pictures become `data:` addresses, the one kind besides our own that the content security policy allows. */
export const readContent = async (blob: Blob, name: string): Promise<FileContent> => {
  if (blob.size === 0) return { type: "empty" };
  const ending = name.split(".").at(-1)?.toLowerCase() ?? "";
  const mime = IMAGES[ending];
  if (mime !== undefined) return { type: "image", url: await dataUrl(new Blob([blob], { type: mime })) };
  const text = decode(await blob.arrayBuffer());
  if (text === null) return { type: "binary" };
  return { type: ending === "md" || ending === "markdown" ? "markdown" : "text", text };
};

const decode = (bytes: ArrayBuffer): string | null => {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
};

const dataUrl = (blob: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(typeof reader.result === "string" ? reader.result : ""));
    reader.addEventListener("error", () => reject(reader.error ?? new Error("The file could not be read.")));
    reader.readAsDataURL(blob);
  });
