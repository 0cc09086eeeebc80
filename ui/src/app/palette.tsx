/** Goes to a page, a group or a message by a few letters. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { groupsQuery, searchQuery } from "../api/queries.ts";
import { Dialog } from "../components/dialog.tsx";
import { ago } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { useSettled } from "../lib/use-settled.ts";
import { senderName } from "../live/sender-name.ts";
import { cn } from "../lib/cn.ts";
import { en } from "../text/en.ts";
import { Excerpt } from "./palette-excerpt.tsx";
import { FURTHER_PAGES, PAGES } from "./pages.ts";

const t = en.palette;

interface Choice {
  key: string;
  kind: string;
  content: ReactNode;
  go: () => void;
}

export const Palette = ({ onClose }: { onClose: () => void }) => {
  const [text, setText] = useState("");
  const [place, setPlace] = useState(0);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const { choices, searching } = useChoices(text, onClose);
  const at = Math.min(place, choices.length - 1);

  // The dialog, opened before, gives the focus to its first button.
  useEffect(() => field.current?.focus(), []);

  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [id, at]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setPlace((at + step + choices.length) % Math.max(1, choices.length));
    else if (event.key === "Enter") choices[at]?.go();
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={t.title} onClose={onClose}>
      <input
        role="combobox"
        aria-label={t.label}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={choices[at] === undefined ? undefined : `${id}-${at}`}
        autoComplete="off"
        spellCheck={false}
        ref={field}
        value={text}
        placeholder={t.placeholder}
        onChange={({ target }) => {
          setText(target.value);
          setPlace(0);
        }}
        onKeyDown={onKeyDown}
        className="h-10 w-full rounded-lg border border-line-strong/60 bg-ground px-3 placeholder:text-muted max-md:text-base"
      />
      <div
        id={`${id}-list`}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a select cannot be led from a field beside it
        role="listbox"
        aria-label={t.results}
        className="mt-3 max-h-[50dvh] min-h-40 overflow-y-auto"
      >
        {choices.map((choice, index) => (
          // The keyboard works in the field above, which names the chosen row.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- see above
          <div
            key={choice.key}
            id={`${id}-${index}`}
            // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an option of the list above
            role="option"
            aria-selected={index === at}
            onClick={choice.go}
            onPointerMove={() => setPlace(index)}
            className={cn(
              "flex cursor-pointer items-baseline gap-3 rounded-lg px-3 py-2",
              index === at && "bg-accent-soft",
            )}
          >
            <span className="min-w-0 flex-1">{choice.content}</span>
            <span className="shrink-0 text-xs text-muted">{choice.kind}</span>
          </div>
        ))}
      </div>
      <output className="mt-2 block text-xs text-muted">
        {searching ? t.searching : choices.length === 0 ? t.nothing : t.hint}
      </output>
    </Dialog>
  );
};

const useChoices = (text: string, onDone: () => void): { choices: Choice[]; searching: boolean } => {
  const navigate = useNavigate();
  const nowMs = useNow(60_000);
  const groups = useQuery(groupsQuery).data ?? [];
  const settled = useSettled(text.trim());
  const found = useQuery(searchQuery(settled));
  const wanted = text.trim().toLowerCase();
  const matches = (name: string): boolean => name.toLowerCase().includes(wanted);
  const names = new Map(groups.map((group) => [group.id, group.name]));
  const then = (go: () => Promise<void>) => () => {
    onDone();
    void go();
  };
  const pages = [...PAGES, ...FURTHER_PAGES]
    .filter(({ label }) => matches(label))
    .map(({ to, label }) => ({
      key: to,
      kind: t.page,
      content: label,
      go: then(() => navigate({ to })),
    }));
  const some = groups
    .filter((group) => matches(group.name) || matches(group.folder))
    .slice(0, 8)
    .map((group) => ({
      key: `group ${group.id}`,
      kind: t.group,
      content: group.name,
      go: then(() => navigate({ to: "/conversations/$groupId", params: { groupId: group.id } })),
    }));
  const hits = wanted === "" ? [] : (found.data?.hits ?? []);
  const messages = hits.map(({ message, group_id: groupId, snippet }) => ({
    key: `message ${message.id}`,
    kind: ago(message.time, nowMs),
    content: (
      <>
        <span className="block truncate text-xs text-muted">
          {names.get(groupId) ?? groupId} · {senderName(message)}
        </span>
        <Excerpt snippet={snippet} />
      </>
    ),
    go: then(() =>
      navigate({
        to: "/conversations/$groupId",
        params: { groupId },
        search: { conversation: message.conversation_id, message: message.id },
      }),
    ),
  }));
  return {
    choices: [...pages, ...some, ...messages],
    searching: wanted !== "" && (found.isFetching || settled !== text.trim()),
  };
};
