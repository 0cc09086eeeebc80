/** One tool call as a row: what was called and how it went; opens to the input and the result. */
import {
  Bot,
  ChevronRight,
  FileText,
  Globe,
  ListTodo,
  LoaderCircle,
  type LucideIcon,
  PencilLine,
  Search,
  SquareTerminal,
  Wrench,
} from "lucide-react";
import { span } from "../lib/time.ts";
import type { ToolBlock } from "../live/live-turn.ts";
import { type ToolKind, toolKind, toolSummary, toolTitle } from "../live/tool-summary.ts";
import { en } from "../text/en.ts";
import { Listing } from "./listing.tsx";
import { ToolInputView } from "./tool-input-view.tsx";

const ICONS: Record<ToolKind, LucideIcon> = {
  command: SquareTerminal,
  file: FileText,
  edit: PencilLine,
  search: Search,
  web: Globe,
  agent: Bot,
  plan: ListTodo,
  other: Wrench,
};

export const ToolRow = ({ tool }: { tool: ToolBlock }) => {
  const Icon = ICONS[toolKind(tool.name)];
  const summary = toolSummary(tool.name, tool.input);
  return (
    <details className="group/tool rounded-lg border bg-panel">
      <summary className="flex h-9 items-center gap-2 rounded-lg px-2.5 text-[13px] hover:bg-raised">
        <Icon className={tool.isError ? "size-4 shrink-0 text-bad" : "size-4 shrink-0 text-muted"} aria-hidden="true" />
        <span className="shrink-0 font-medium">{toolTitle(tool.name)}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-xs text-muted">{summary}</span>
        <ToolState tool={tool} />
        <ChevronRight
          className="size-4 shrink-0 text-muted transition-transform group-open/tool:rotate-90"
          aria-hidden="true"
        />
      </summary>
      <div className="space-y-3 border-t p-3">
        <ToolInputView input={tool.input} />
        {tool.done ? (
          <Listing label={en.tool.output} text={tool.output ?? ""} bad={tool.isError} />
        ) : (
          <p className="text-xs text-muted">{en.tool.waiting}</p>
        )}
        {tool.input !== null && (
          <details>
            <summary className="w-fit rounded text-xs text-muted underline underline-offset-2">{en.tool.raw}</summary>
            <Listing label={en.tool.raw} text={tool.input} hidden />
          </details>
        )}
      </div>
    </details>
  );
};

const ToolState = ({ tool }: { tool: ToolBlock }) => {
  if (!tool.done) {
    return (
      <>
        <LoaderCircle className="size-3.5 shrink-0 animate-spin text-accent" aria-hidden="true" />
        <span className="sr-only">{en.tool.running}</span>
      </>
    );
  }
  return (
    <>
      {tool.isError && <span className="shrink-0 text-xs text-bad">{en.tool.failed}</span>}
      {tool.durationMs !== null && (
        <span className="shrink-0 text-xs text-muted tabular-nums">{span(tool.durationMs)}</span>
      )}
      {!tool.isError && <span className="sr-only">{en.tool.done}</span>}
    </>
  );
};
