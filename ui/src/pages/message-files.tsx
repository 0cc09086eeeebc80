/** The files that came with a message, each a download. */
import { Download, Paperclip } from "lucide-react";
import { fileAddress } from "../api/endpoints.ts";
import { useDownload } from "../components/use-download.ts";
import { en } from "../text/en.ts";

export interface MessageFilesProps {
  groupId: string;
  files: readonly { path: string; name: string }[];
}

export const MessageFiles = ({ groupId, files }: MessageFilesProps) => {
  const download = useDownload();
  return (
    <ul aria-label={en.composer.filesOf} className="mt-1 flex max-w-full flex-wrap justify-end gap-1.5">
      {files.map(({ path, name }) => (
        <li key={path} className="max-w-full">
          <button
            type="button"
            onClick={() => download({ address: fileAddress(groupId, path), name })}
            aria-label={en.files.downloadOf(name)}
            title={path}
            className="flex max-w-full items-center gap-1.5 rounded-lg border bg-panel px-2.5 py-1.5 text-xs hover:bg-raised"
          >
            <Paperclip className="size-3.5 shrink-0 text-muted" aria-hidden="true" />
            <span className="truncate">{name}</span>
            <Download className="size-3.5 shrink-0 text-muted" aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
};
