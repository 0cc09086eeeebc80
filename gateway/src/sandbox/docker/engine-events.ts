/** The engine's news about containers that ended, as they happen. */
import { finished } from "node:stream/promises";
import { z } from "zod";
import type { Engine } from "./engine.ts";

const DieEvent = z.object({ Actor: z.object({ ID: z.string() }) });

export interface EngineEvents {
  /** Resolves or rejects when the engine has closed the stream. */
  closed: Promise<void>;
}

/** Subscribes; when it resolves, no later end is missed until `closed` settles. `onDied` gets container ids. */
export async function watchEnds(
  engine: Engine,
  labels: string[],
  signal: AbortSignal,
  onDied: (containerId: string) => void,
): Promise<EngineEvents> {
  const stream = await engine.call("Watching containers", signal, (docker) =>
    docker.getEvents({ filters: { type: ["container"], event: ["die"], label: labels } }),
  );
  const close = (): void => {
    if ("destroy" in stream && typeof stream.destroy === "function") stream.destroy();
  };
  signal.addEventListener("abort", close, { once: true });
  if (signal.aborted) close();
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const event = DieEvent.safeParse(parseJson(line));
      if (event.success) onDied(event.data.Actor.ID);
    }
  });
  const closed = finished(stream, { writable: false }).finally(() => signal.removeEventListener("abort", close));
  return { closed };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
