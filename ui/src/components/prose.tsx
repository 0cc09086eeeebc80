/** The agent's text, drawn again only when it changes. */
import { memo } from "react";
import { Markdown } from "./markdown.tsx";

export const Prose = memo(({ text }: { text: string }) => (
  <div className="prose">
    <Markdown text={text} />
  </div>
));
Prose.displayName = "Prose";
