/** The files that came with a message, each a download. */
import { Download, Paperclip } from "lucide-react";
import { fileAddress } from "../api/endpoints.ts";
import { en } from "../text/en.ts";

export interface MessageFilesProps {
  groupId: string;
  files: readonly { path: string; name: string }[];
}

export const MessageFiles = ({ groupId, files }: MessageFilesProps) => (
  <ul aria-label={en.composer.filesOf} className="mt-1 flex max-w-full flex-wrap justify-end gap-1.5">
    {files.map(({ path, name }) => (
      <li key={path} className="max-w-full">
        <a
          href={fileAddress(groupId, path)}
          download={name}
          aria-label={en.files.downloadOf(name)}
          title={path}
          className="flex max-w-full items-center gap-1.5 rounded-lg border bg-panel px-2.5 py-1.5 text-xs hover:bg-raised"
        >
          <Paperclip className="size-3.5 shrink-0 text-muted" aria-hidden="true" />
          <span className="truncate">{name}</span>
          <Download className="size-3.5 shrink-0 text-muted" aria-hidden="true" />
        </a>
      </li>
    ))}
  </ul>
);
