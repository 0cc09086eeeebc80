/** Shows a file of the workspace: text as text, Markdown as a page, pictures as pictures; anything else is for download. */
import type { WorkspaceEntry } from "@praktor/protocol/workspace";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, FileX } from "lucide-react";
import { fileQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { Prose } from "../components/prose.tsx";
import { QueryView } from "../components/query-view.tsx";
import { ScrollArea } from "../components/scroll-area.tsx";
import { Empty } from "../components/states.tsx";
import { fileSize } from "../lib/size.ts";
import { en } from "../text/en.ts";
import { DownloadFile } from "./download-file.tsx";

const t = en.files;
/** More than this is slow to draw and nobody reads it here. */
const MOST_BYTES = 512_000;

export interface FileViewProps {
  groupId: string;
  entry: WorkspaceEntry;
  onClose: () => void;
}

export const FileView = ({ groupId, entry, onClose }: FileViewProps) => (
  <>
    <div className="flex h-12 shrink-0 items-center gap-2 border-b px-2">
      <Button variant="ghost" size="iconSm" aria-label={t.back} onClick={onClose}>
        <ArrowLeft aria-hidden="true" />
      </Button>
      <h2 className="min-w-0 flex-1 truncate text-[13px] font-medium" title={entry.path}>
        {entry.name}
      </h2>
      <span className="shrink-0 text-xs text-muted tabular-nums">{fileSize(entry.sizeBytes)}</span>
      <DownloadFile groupId={groupId} entry={entry} />
    </div>
    <ScrollArea aria-label={entry.name} className="min-h-0 flex-1 overflow-auto -outline-offset-2">
      {entry.sizeBytes > MOST_BYTES ? (
        <Empty icon={FileX} title={entry.name}>
          {t.tooLarge(fileSize(entry.sizeBytes))}
        </Empty>
      ) : (
        <Content groupId={groupId} entry={entry} />
      )}
    </ScrollArea>
  </>
);

const Content = ({ groupId, entry }: Omit<FileViewProps, "onClose">) => {
  const content = useQuery(fileQuery(groupId, entry));
  return (
    <QueryView query={content} what={t.whatFile}>
      {(data) => {
        switch (data.type) {
          case "image":
            return <img src={data.url} alt={entry.name} className="mx-auto max-w-full p-4" />;
          case "markdown":
            return (
              <div className="p-4">
                <Prose text={data.text} />
              </div>
            );
          case "text":
            return <pre className="w-max min-w-full p-4 font-mono text-xs leading-relaxed">{data.text}</pre>;
          case "empty":
            return <p className="p-4 text-muted">{t.emptyFile}</p>;
          case "binary":
            return (
              <Empty icon={FileX} title={entry.name}>
                {t.binary}
              </Empty>
            );
          default:
            return data satisfies never;
        }
      }}
    </QueryView>
  );
};
