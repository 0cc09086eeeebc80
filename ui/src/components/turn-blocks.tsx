/** What an agent thought, did and said in a turn, in order. */
import { Brain, ChevronRight } from "lucide-react";
import { useDeferredValue } from "react";
import { markdownBlocks } from "../lib/markdown-blocks.ts";
import type { Block } from "../live/live-turn.ts";
import { en } from "../text/en.ts";
import { Prose } from "./prose.tsx";
import { ToolRow } from "./tool-row.tsx";

export const TurnBlocks = ({ blocks }: { blocks: readonly Block[] }) => {
  // Typing and scrolling go before the drawing of what streams in.
  const shown = useDeferredValue(blocks);
  return (
    <div className="space-y-2">
      {shown.map((block) => {
        if (block.type === "tool") return <ToolRow key={block.id} tool={block} />;
        if (block.type === "thinking") return <Thought key={block.id} text={block.text} />;
        return <GrowingProse key={block.id} text={block.text} />;
      })}
    </div>
  );
};

const GrowingProse = ({ text }: { text: string }) => (
  <div className="space-y-2">
    {markdownBlocks(text).map((part, place) => (
      // oxlint-disable-next-line react/no-array-index-key -- a text grows at its end only
      <Prose key={place} text={part} />
    ))}
  </div>
);

const Thought = ({ text }: { text: string }) => (
  <details className="group/thought">
    <summary className="flex w-fit items-center gap-2 rounded-md py-1 pr-2 text-[13px] text-muted hover:text-text">
      <Brain className="size-4" aria-hidden="true" />
      {en.turn.thought}
      <ChevronRight className="size-4 transition-transform group-open/thought:rotate-90" aria-hidden="true" />
    </summary>
    <p className="mt-1 border-l-2 pl-3 text-[13px] wrap-anywhere whitespace-pre-wrap text-muted">{text}</p>
  </details>
);
