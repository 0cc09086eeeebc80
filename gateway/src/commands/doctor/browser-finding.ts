/** Whether agents have a browser: what the label of their image says. */
import Docker from "dockerode";
import { z } from "zod";
import { abortable, deadline } from "../../kit/deadline.ts";
import type { Finding } from "./finding.ts";

/** Set by `Dockerfile.agent`. */
const label = "praktor.browser";
const Labels = z.record(z.string(), z.string()).nullish();
const timeoutMs = 10_000;

/** Null where the image cannot be looked at: the engine's own finding says why. */
export async function lookAtBrowser(image: string, signal: AbortSignal): Promise<Finding | null> {
  const found = await abortable(new Docker().getImage(image).inspect(), deadline(signal, timeoutMs)).catch(() => null);
  return found && browserFinding(image, Labels.parse(found.Config.Labels) ?? {});
}

export function browserFinding(image: string, labels: Readonly<Record<string, string>>): Finding {
  const what = "Browser";
  const kind = labels[label];
  if (kind !== undefined && kind !== "none") return { level: "ok", what, detail: `${image} has one: ${kind}.` };
  if (kind === "none") return { level: "ok", what, detail: `${image} was built without one, and agents are told so.` };
  const detail = `${image} does not say whether agents have one: it is older than that, or not built from Dockerfile.agent.`;
  return { level: "warn", what, detail, advice: "Build it anew: make containers, or make slim for one without." };
}
