/** The group's workspace: directories, files, their content, up and down. */
import { MOST_FILE_BYTES, type WorkspaceEntry } from "@praktor/protocol/workspace";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { File, FileSymlink, Folder, FolderOpen, RefreshCw, Upload as UploadIcon } from "lucide-react";
import { type ReactNode, useState } from "react";
import { filesQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { PickFiles } from "../components/pick-files.tsx";
import { QueryView } from "../components/query-view.tsx";
import { Empty, LoadingRows } from "../components/states.tsx";
import { toastDone } from "../components/toasts.tsx";
import { cn } from "../lib/cn.ts";
import { fileSize } from "../lib/size.ts";
import { ago } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { en } from "../text/en.ts";
import { DownloadFile } from "./download-file.tsx";
import { DropHint } from "./drop-hint.tsx";
import { FileView } from "./file-view.tsx";
import { UploadList } from "./upload-list.tsx";
import { useFileDrop } from "./use-file-drop.ts";
import { useUploads } from "./use-uploads.ts";

const t = en.files;
const MOST_AT_ONCE = 50;

export interface FilesPanelProps {
  groupId: string;
  /** The directory, relative to the workspace; empty for its root. */
  path: string;
  onPath: (path: string) => void;
  /** Fills what it stands in, instead of the side of a page. */
  wide?: boolean;
}

export const FilesPanel = ({ groupId, path, onPath, wide = false }: FilesPanelProps) => {
  const files = useQuery(filesQuery(groupId, path));
  const [opened, setOpened] = useState<WorkspaceEntry | null>(null);
  const client = useQueryClient();
  const uploads = useUploads(groupId, {
    place: (name) => (path === "" ? name : `${path}/${name}`),
    most: MOST_AT_ONCE,
    onThere: ({ name }) => {
      toastDone(t.uploaded(name));
      void client.invalidateQueries({ queryKey: ["files", groupId] });
      return "done";
    },
  });
  const drop = useFileDrop(uploads.add);
  const go = (next: string): void => {
    setOpened(null);
    onPath(next);
  };
  return (
    <section
      aria-label={t.label}
      className={cn("relative flex min-h-0 w-full flex-col", !wide && "lg:w-96 lg:border-l")}
      {...drop.props}
    >
      {drop.over && <DropHint>{t.dropHere}</DropHint>}
      {opened !== null ? (
        <FileView groupId={groupId} entry={opened} onClose={() => setOpened(null)} />
      ) : (
        <>
          <div className="flex h-12 shrink-0 items-center gap-1 border-b pr-2 pl-4">
            <Crumbs path={path} onPath={go} />
            <PickFiles
              icon={UploadIcon}
              size="iconSm"
              label={t.upload(fileSize(MOST_FILE_BYTES))}
              onFiles={uploads.add}
            />
            <Button variant="ghost" size="iconSm" aria-label={t.refresh} onClick={() => void files.refetch()}>
              <RefreshCw className={cn(files.isFetching && "animate-spin")} aria-hidden="true" />
            </Button>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto">
            <div className="px-2 pt-1 empty:hidden">
              <UploadList label={t.underWay} uploads={uploads} />
            </div>
            <QueryView
              query={files}
              what={t.what}
              loading={
                <>
                  <LoadingRows />
                  <p className="px-4 text-xs text-muted">{t.startHint}</p>
                </>
              }
            >
              {({ entries, truncated }) =>
                entries.length === 0 ? (
                  <Empty icon={FolderOpen} title={t.emptyTitle}>
                    {t.empty}
                  </Empty>
                ) : (
                  <ul className="p-2">
                    {sorted(entries).map((entry) => (
                      <Entry key={entry.path} groupId={groupId} entry={entry} onDirectory={go} onFile={setOpened} />
                    ))}
                    {truncated && <li className="p-2 text-xs text-warn">{t.truncated}</li>}
                  </ul>
                )
              }
            </QueryView>
          </div>
        </>
      )}
    </section>
  );
};

const sorted = (entries: readonly WorkspaceEntry[]): WorkspaceEntry[] =>
  entries.toSorted(
    (a, b) => Number(b.type === "directory") - Number(a.type === "directory") || a.name.localeCompare(b.name),
  );

const Crumbs = ({ path, onPath }: Pick<FilesPanelProps, "path" | "onPath">) => {
  const parts = path === "" ? [] : path.split("/");
  const crumb = (name: string, to: string, last: boolean): ReactNode => (
    <li key={to} className="flex min-w-0 items-center gap-1">
      {to !== "" && <span className="text-muted">/</span>}
      {last ? (
        <span aria-current="page" className="truncate font-medium">
          {name}
        </span>
      ) : (
        <button type="button" className="truncate rounded text-accent hover:underline" onClick={() => onPath(to)}>
          {name}
        </button>
      )}
    </li>
  );
  return (
    <nav aria-label={t.title} className="min-w-0 flex-1">
      <ol className="flex min-w-0 items-center gap-1 text-[13px]">
        {crumb(t.root, "", parts.length === 0)}
        {parts.map((name, place) => crumb(name, parts.slice(0, place + 1).join("/"), place === parts.length - 1))}
      </ol>
    </nav>
  );
};

interface EntryProps {
  groupId: string;
  entry: WorkspaceEntry;
  onDirectory: (path: string) => void;
  onFile: (entry: WorkspaceEntry) => void;
}

const ICONS = { file: File, directory: Folder, link: FileSymlink, other: File };

const Entry = ({ groupId, entry, onDirectory, onFile }: EntryProps) => {
  const nowMs = useNow(60_000);
  const Icon = ICONS[entry.type];
  const opens = entry.type === "file" || entry.type === "directory";
  return (
    <li className="flex items-center rounded-lg hover:bg-raised">
      <button
        type="button"
        disabled={!opens}
        onClick={() => (entry.type === "directory" ? onDirectory(entry.path) : onFile(entry))}
        className="flex h-10 min-w-0 flex-1 items-center gap-2.5 rounded-lg px-2 text-left"
      >
        <Icon
          className={cn("size-4 shrink-0", entry.type === "directory" ? "text-accent" : "text-muted")}
          aria-hidden="true"
        />
        <span className="min-w-0 flex-1 truncate">{entry.name}</span>
        {entry.type === "link" && <span className="text-xs text-muted">{t.link}</span>}
        {entry.type === "file" && (
          <span className="shrink-0 text-xs text-muted tabular-nums">
            {fileSize(entry.sizeBytes)} · {ago(new Date(entry.modified_ms).toISOString(), nowMs)}
          </span>
        )}
      </button>
      {entry.type === "file" && <DownloadFile groupId={groupId} entry={entry} className="mr-1" />}
    </li>
  );
};
