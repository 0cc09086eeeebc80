/** The volumes of one folder, found by their labels. */
import { z } from "zod";
import type { Engine } from "./engine.ts";
import { label, ofInstall } from "./labels.ts";

const Listed = z.object({ Volumes: z.array(z.object({ Name: z.string() })).nullish() });

/** Removes them with what is in them. One that a container still uses is refused by the engine, and this rejects. */
export async function removeFolderVolumes(
  engine: Engine,
  installId: string,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const listed = await engine.call("Listing volumes", signal, (docker) =>
    docker.listVolumes({ filters: { label: [...ofInstall(installId), `${label.folder}=${folder}`] } }),
  );
  for (const { Name } of Listed.parse(listed).Volumes ?? []) {
    await engine.find("Removing a volume", signal, (docker) => docker.getVolume(Name).remove());
  }
}
