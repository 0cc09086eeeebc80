/** Edits a CLAUDE.md: text and preview, and a choice when somebody else wrote it meanwhile. */
import type { Instructions } from "@praktor/protocol/instructions";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { ApiError } from "../api/api-error.ts";
import { getInstructions, putInstructions } from "../api/endpoints.ts";
import { instructionsQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { DiffView } from "../components/diff-view.tsx";
import { Prose } from "../components/prose.tsx";
import { ScrollArea } from "../components/scroll-area.tsx";
import { Segments } from "../components/segments.tsx";
import { toastDone, toastFailed } from "../components/toasts.tsx";
import { en } from "../text/en.ts";

const t = en.instructions;

export interface InstructionsEditorProps {
  /** `null`: of all groups. */
  groupId: string | null;
  opened: Instructions;
  about: string;
}

export const InstructionsEditor = ({ groupId, opened, about }: InstructionsEditorProps) => {
  const client = useQueryClient();
  const [text, setText] = useState(opened.text);
  const [view, setView] = useState<"edit" | "preview" | "changes">("edit");
  const [theirs, setTheirs] = useState<Instructions | null>(null);
  const isChanged = text !== opened.text;

  const hold = (now: Instructions): void => {
    setTheirs(null);
    setText(now.text);
    client.setQueryData(instructionsQuery(groupId).queryKey, now);
  };
  const compare = useMutation({ mutationFn: () => getInstructions(groupId), onSuccess: setTheirs });
  const save = useMutation({
    mutationFn: (version: string) => putInstructions(groupId, { text, version }),
    onSuccess: (saved) => {
      hold(saved);
      toastDone(t.saved);
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === "conflict") compare.mutate();
      toastFailed(t.failed, error);
    },
  });
  return (
    <div className="space-y-3 p-4">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="min-w-0 flex-1 basis-64 text-[13px] text-muted">{about}</p>
        <Segments
          label={t.mode}
          value={view}
          options={[
            { value: "edit", label: t.edit },
            { value: "preview", label: t.preview },
            { value: "changes", label: t.changes },
          ]}
          onChange={setView}
        />
      </div>
      {theirs !== null && (
        <Conflict
          theirs={theirs}
          mine={text}
          busy={save.isPending}
          onTake={() => hold(theirs)}
          onKeep={() => save.mutate(theirs.version)}
        />
      )}
      {view === "edit" ? (
        <textarea
          aria-label={t.text}
          value={text}
          spellCheck={false}
          onChange={({ target }) => setText(target.value)}
          className="block h-96 w-full resize-y rounded-lg border border-line-strong/60 bg-ground p-3 font-mono text-[13px] leading-relaxed max-md:text-base"
        />
      ) : view === "changes" ? (
        <div className="h-96 overflow-hidden rounded-lg border bg-ground p-3">
          <DiffView label={t.changes} before={opened.text} after={text} className="h-full" />
        </div>
      ) : (
        <ScrollArea aria-label={t.preview} className="h-96 overflow-y-auto rounded-lg border bg-ground p-4">
          {text.trim() === "" ? <p className="text-muted">{t.nothing}</p> : <Prose text={text} />}
        </ScrollArea>
      )}
      <div className="flex gap-2">
        <Button
          variant="solid"
          disabled={!isChanged || save.isPending || theirs !== null}
          onClick={() => save.mutate(opened.version)}
        >
          {save.isPending ? t.saving : t.save}
        </Button>
        {isChanged && theirs === null && <Button onClick={() => setText(opened.text)}>{t.discard}</Button>}
      </div>
    </div>
  );
};

interface ConflictProps {
  theirs: Instructions;
  mine: string;
  busy: boolean;
  onTake: () => void;
  onKeep: () => void;
}

const Conflict = ({ theirs, mine, busy, onTake, onKeep }: ConflictProps) => (
  <div role="alert" className="rounded-lg bg-warn-soft p-3 text-[13px]">
    <p className="flex items-center gap-2 font-medium text-warn">
      <TriangleAlert className="size-4 shrink-0" aria-hidden="true" />
      {t.conflictTitle}
    </p>
    <p className="mt-1">{t.conflict}</p>
    <p className="mt-2 mb-1 text-xs font-medium">{t.theirs}</p>
    <DiffView label={t.theirs} before={theirs.text} after={mine} className="max-h-60" />
    <div className="mt-3 flex flex-wrap gap-2">
      <Button size="sm" onClick={onTake}>
        {t.takeTheirs}
      </Button>
      <Button size="sm" disabled={busy} onClick={onKeep}>
        {t.keepMine}
      </Button>
    </div>
  </div>
);
