/** The small button that downloads a file of the workspace. */
import type { WorkspaceEntry } from "@praktor/protocol/workspace";
import { Download } from "lucide-react";
import { fileAddress } from "../api/endpoints.ts";
import { Button } from "../components/button.tsx";
import { useDownload } from "../components/use-download.ts";
import { en } from "../text/en.ts";

export interface DownloadFileProps {
  groupId: string;
  entry: WorkspaceEntry;
  className?: string;
}

export const DownloadFile = ({ groupId, entry: { name, path }, className }: DownloadFileProps) => {
  const download = useDownload();
  return (
    <Button
      variant="ghost"
      size="iconSm"
      className={className}
      aria-label={en.files.downloadOf(name)}
      onClick={() => download({ address: fileAddress(groupId, path), name })}
    >
      <Download aria-hidden="true" />
    </Button>
  );
};
