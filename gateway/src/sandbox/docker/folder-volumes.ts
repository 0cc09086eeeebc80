/** The volumes of one folder, found by their labels. */
import { z } from "zod";
import type { Engine } from "./engine.ts";
import { label, ofInstall } from "./labels.ts";

const Listed = z.object({ Volumes: z.array(z.object({ Name: z.string() })).nullish() });

/** Their names, as the engine lists them. */
export async function folderVolumes(
  engine: Engine,
  installId: string,
  folder: string,
  signal: AbortSignal,
): Promise<string[]> {
  const listed = await engine.call("Listing volumes", signal, (docker) =>
    docker.listVolumes({ filters: { label: [...ofInstall(installId), `${label.folder}=${folder}`] } }),
  );
  return (Listed.parse(listed).Volumes ?? []).map(({ Name }) => Name);
}

/** Removes them with what is in them. One that a container still uses is refused by the engine, and this rejects. */
export async function removeFolderVolumes(
  engine: Engine,
  installId: string,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  for (const name of await folderVolumes(engine, installId, folder, signal)) {
    await engine.find("Removing a volume", signal, (docker) => docker.getVolume(name).remove());
  }
}
