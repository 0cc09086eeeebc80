import { swarmFolder, swarmMemberId } from "@praktor/protocol/subjects";
import { expect, test } from "vitest";
import { containerRequest, defaultLimits } from "./sandbox/docker/container-request.ts";
import { foldersOf } from "./make-control.ts";

test("what a member's container mounts belongs to its installation, also what all members share", () => {
  const swarmId = "0mwt3i06o0176a68c8efd86cc";
  const member = swarmMemberId(swarmId, "scout");
  const shape = {
    groupId: member,
    folder: member,
    sandboxId: "s",
    generation: 1,
    environment: {},
    network: "open",
  } as const;
  const mounts = { group: null, own: true, shared: swarmFolder(swarmId) };
  const naming = { installId: "i", image: "image", prefix: "praktor", runtime: undefined };
  const { HostConfig } = containerRequest({ ...shape, mounts }, naming, defaultLimits);
  const volumes = (HostConfig?.Mounts ?? []).flatMap(
    ({ VolumeOptions }) => VolumeOptions?.Labels["praktor.folder"] ?? [],
  );
  const owned = foldersOf([{ folder: member, swarmId }]);
  expect(volumes).toContain(swarmFolder(swarmId));
  for (const folder of volumes) expect(owned).toContain(folder);
});
