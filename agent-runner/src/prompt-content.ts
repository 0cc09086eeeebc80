/** The prompt as Claude is sent it: images that came with the message as images, and then the words. */
import type { SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";
import type { AgentInput } from "@praktor/protocol/agent-input";
import type { Logger } from "./logger.ts";
import { HeldPlace } from "./held-place.ts";
import { composePrompt } from "./prompt.ts";
import { errorMessage } from "./runner-error.ts";

type PromptContent = SDKUserMessage["message"]["content"];
type ImageBlock = {
  type: "image";
  source: { type: "base64"; media_type: ImageType; data: string };
};
type ImageType = "image/jpeg" | "image/png" | "image/gif" | "image/webp";

/** The Messages API takes images of 5 MB as base64. What is larger is still a file that the agent can look at. */
const largestImageBytes = 3_750_000;
const mostImages = 10;

/** Never rejects: an image that cannot be read is a file like any other, named in the words. */
export async function promptContent(
  input: Pick<AgentInput, "text" | "interrupted" | "files">,
  workspace: string,
  logger: Logger,
): Promise<PromptContent> {
  const words = composePrompt(input);
  const images: ImageBlock[] = [];
  for (const { path } of input.files ?? []) {
    if (images.length >= mostImages) break;
    try {
      const image = await readImage(workspace, path);
      if (image) images.push(image);
    } catch (error) {
      logger.warn({ path, error: errorMessage(error) }, "a file of the message could not be read as an image");
    }
  }
  return images.length === 0 ? words : [...images, { type: "text", text: words }];
}

async function readImage(workspace: string, path: string): Promise<ImageBlock | null> {
  if (!/\.(?:jpe?g|png|gif|webp)$/i.test(path)) return null;
  await using held = await HeldPlace.file(workspace, path);
  const status = await held.handle.stat();
  if (!status.isFile() || status.size > largestImageBytes) return null;
  const bytes = await held.handle.readFile();
  const type = imageType(bytes);
  if (type === null) return null;
  return { type: "image", source: { type: "base64", media_type: type, data: bytes.toString("base64") } };
}

/** By its first bytes: the API refuses the whole request when the name lies. */
function imageType(bytes: Buffer): ImageType | null {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return "image/jpeg";
  if (bytes.subarray(0, 8).equals(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"))) return "image/png";
  if (/^GIF8[79]a/.test(bytes.subarray(0, 6).toString("latin1"))) return "image/gif";
  const container = bytes.subarray(0, 12).toString("latin1");
  return container.startsWith("RIFF") && container.endsWith("WEBP") ? "image/webp" : null;
}
