/** How much of the disk that it may take a group's files take. */
import type { FilesUsed } from "@praktor/protocol/rest";
import { UsedBar } from "../components/used-bar.tsx";
import { shareOfDisk } from "../lib/size.ts";
import { ago } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { en } from "../text/en.ts";

const t = en.group;
/** From here on the group's people are told in its chat. */
const NEAR = 0.8;

export const GroupDisk = ({ files }: { files: FilesUsed }) => {
  const nowMs = useNow();
  const { used_bytes: used, limit_bytes: limit } = files;
  const state = used >= limit ? "spent" : used >= limit * NEAR ? "near" : "fine";
  return (
    <div className="border-t px-4 py-3">
      <UsedBar
        label={t.filesUsed}
        used={used}
        limit={limit}
        amounts={t.filesUsedOf(...shareOfDisk(used, limit))}
        state={state}
        warning={state === "fine" ? "" : t.filesState[state]}
        hint={t.filesMeasured(ago(files.measured, nowMs))}
      />
    </div>
  );
};
