/** What a tool was asked: a command as it was typed, an edit as a change, a plan as a list; anything else field by field. */
import { Fragment } from "react";
import { readToolInput, type ToolInput } from "../live/tool-input.ts";
import { en } from "../text/en.ts";
import { DiffView } from "./diff-view.tsx";
import { Listing } from "./listing.tsx";

const t = en.tool;

export const ToolInputView = ({ input }: { input: string | null }) => {
  const read = readToolInput(input);
  return read === null ? null : <Readable input={read} />;
};

const Readable = ({ input }: { input: ToolInput }) => {
  switch (input.type) {
    case "command":
      return (
        <div className="space-y-1">
          {input.about !== null && <p className="text-[13px]">{input.about}</p>}
          <Listing label={t.command} text={input.command} />
        </div>
      );
    case "edits":
      return (
        <div className="space-y-2">
          <File path={input.file} />
          {input.edits.map((edit, place) => (
            // oxlint-disable-next-line react/no-array-index-key -- the edits of a call never move
            <DiffView key={place} label={t.change} before={edit.before} after={edit.after} className="max-h-72" />
          ))}
        </div>
      );
    case "write":
      return (
        <div className="space-y-2">
          <File path={input.file} />
          <Listing label={t.written} text={input.text} />
        </div>
      );
    case "todos":
      return (
        <div>
          <p className="mb-1 text-xs font-medium text-muted">{t.plan}</p>
          <ul className="space-y-0.5 text-[13px]">
            {input.items.map(({ text, state }) => (
              <li key={text} className="flex gap-2">
                <span className="w-14 shrink-0 text-xs leading-5 text-muted">{planState(state)}</span>
                <span className={state === "completed" ? "text-muted line-through" : ""}>{text}</span>
              </li>
            ))}
          </ul>
        </div>
      );
    case "fields":
      return (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-xs">
          {input.fields.map(({ name, value }) => (
            <Fragment key={name}>
              <dt className="text-muted">{name}</dt>
              <dd className="font-mono wrap-anywhere whitespace-pre-wrap">{value}</dd>
            </Fragment>
          ))}
        </dl>
      );
    case "text":
      return <Listing label={t.input} text={input.text} />;
    default:
      return input satisfies never;
  }
};

const File = ({ path }: { path: string }) => <p className="font-mono text-xs wrap-anywhere">{path}</p>;

const planState = (state: string): string =>
  Object.entries(t.planState).find(([known]) => known === state)?.[1] ?? state;
