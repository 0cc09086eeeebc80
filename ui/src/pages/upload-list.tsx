/** Files on their way: how far each is, and the ways to take it back or send it again. */
import { Paperclip, RotateCcw, X } from "lucide-react";
import type { ReactNode } from "react";
import { sentence } from "../api/api-error.ts";
import { Progress } from "../components/progress.tsx";
import { fileSize } from "../lib/size.ts";
import { en } from "../text/en.ts";
import type { Upload, Uploads } from "./use-uploads.ts";

const t = en.files;

export const UploadList = ({ label, uploads: { items, remove, retry } }: { label: string; uploads: Uploads }) =>
  items.length > 0 && (
    <ul aria-label={label} className="flex flex-wrap gap-2 px-1 pt-1 pb-2">
      {items.map((item) => (
        <li key={item.key} className="flex max-w-full min-w-0 items-center gap-2 rounded-lg bg-raised py-1 pr-1 pl-2.5">
          <Paperclip className="size-3.5 shrink-0 text-muted" aria-hidden="true" />
          <div className="min-w-0 text-xs">
            <p className="truncate">
              {item.name} <span className="text-muted tabular-nums">{fileSize(item.sizeBytes)}</span>
            </p>
            <State item={item} />
          </div>
          {item.state === "failed" && (
            <IconButton label={t.sendAgain(item.name)} onClick={() => retry(item.key)}>
              <RotateCcw className="size-3.5" aria-hidden="true" />
            </IconButton>
          )}
          <IconButton label={t.removeOf(item.name)} onClick={() => remove(item.key)}>
            <X className="size-3.5" aria-hidden="true" />
          </IconButton>
        </li>
      ))}
    </ul>
  );

const State = ({ item }: { item: Upload }) => {
  if (item.state === "there") return null;
  if (item.state === "sending") return <Progress label={t.sending(item.name)} share={item.sent} />;
  return (
    <p role="alert" className="text-bad">
      {sentence(item.error)}
    </p>
  );
};

const IconButton = ({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) => (
  <button
    type="button"
    aria-label={label}
    title={label}
    className="grid size-7 shrink-0 place-items-center rounded-md text-muted hover:bg-panel hover:text-text"
    onClick={onClick}
  >
    {children}
  </button>
);
