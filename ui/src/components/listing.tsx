/** A text as it is, in a box that scrolls. */
import { en } from "../text/en.ts";
import { ScrollArea } from "./scroll-area.tsx";

export const Listing = ({
  label,
  text,
  bad = false,
  hidden = false,
}: {
  label: string;
  text: string;
  bad?: boolean;
  hidden?: boolean;
}) => (
  <div>
    <p className={hidden ? "sr-only" : "mb-1 text-xs font-medium text-muted"}>{label}</p>
    {text === "" ? (
      <p className="text-xs text-muted">{en.tool.noOutput}</p>
    ) : (
      <ScrollArea aria-label={label} className="max-h-72 overflow-auto rounded-md bg-ground p-2.5">
        <pre className={`font-mono text-xs leading-relaxed wrap-anywhere whitespace-pre-wrap ${bad ? "text-bad" : ""}`}>
          {text}
        </pre>
      </ScrollArea>
    )}
  </div>
);
