/** A container's output as it comes. */
import { finished } from "node:stream/promises";
import { abortable } from "../../kit/deadline.ts";
import type { Containers } from "./containers.ts";
import type { Engine } from "./engine.ts";
import { makeDemultiplexer } from "./log-lines.ts";

export interface Followed {
  sandboxId: string;
  /** How many of the last lines come first. */
  lines: number;
  onOutput: (text: string) => void;
}

/** Resolves when the container has ended, or there is none. */
export async function followContainer(
  engine: Engine,
  containers: Containers,
  { sandboxId, lines, onOutput }: Followed,
  signal: AbortSignal,
): Promise<void> {
  const [id] = await containers.idsOf(sandboxId, signal);
  if (id === undefined) return;
  const stream = await engine.find("Following a container's output", signal, (docker) =>
    docker.getContainer(id).logs({ follow: true, stdout: true, stderr: true, tail: lines }),
  );
  if (stream === undefined) return;
  const read = makeDemultiplexer();
  stream.on("data", (piece: Buffer) => {
    const text = read(piece);
    if (text !== "") onOutput(text);
  });
  const closed = finished(stream, { writable: false });
  try {
    await abortable(closed, signal);
  } finally {
    // The engine keeps writing until nobody reads.
    if ("destroy" in stream && typeof stream.destroy === "function") stream.destroy();
  }
}
