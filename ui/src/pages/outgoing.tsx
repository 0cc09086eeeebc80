/** A message on its way: sending, received, or not sent with the ways on. */
import { Paperclip } from "lucide-react";
import { sentence } from "../api/api-error.ts";
import { Button } from "../components/button.tsx";
import { en } from "../text/en.ts";
import type { OutgoingMessage } from "./use-outgoing.ts";

const t = en.composer;

export interface OutgoingProps {
  item: OutgoingMessage;
  onRetry: (item: OutgoingMessage) => void;
  onDiscard: (item: OutgoingMessage) => void;
}

export const Outgoing = ({ item, onRetry, onDiscard }: OutgoingProps) => (
  <div className="ml-auto flex w-fit max-w-[85%] flex-col items-end">
    {item.text !== "" && (
      <p className="rounded-2xl rounded-br-md bg-accent-soft px-3.5 py-2 wrap-anywhere whitespace-pre-wrap">
        {item.text}
      </p>
    )}
    {item.files.length > 0 && (
      <p className="mt-1 flex items-center gap-1.5 text-xs text-muted">
        <Paperclip className="size-3.5 shrink-0" aria-hidden="true" />
        {item.files.map(({ name }) => name).join(", ")}
      </p>
    )}
    {item.state === "failed" ? (
      <div role="alert" className="mt-1 flex flex-wrap items-center justify-end gap-2 text-xs text-bad">
        <span>
          {t.failed}: {sentence(item.error)}
        </span>
        <Button size="sm" onClick={() => onRetry(item)}>
          {t.retry}
        </Button>
        <Button size="sm" variant="ghost" onClick={() => onDiscard(item)}>
          {t.discard}
        </Button>
      </div>
    ) : (
      <output className="mt-1 text-xs text-muted">{item.state === "sending" ? t.sending : t.accepted}</output>
    )}
  </div>
);
