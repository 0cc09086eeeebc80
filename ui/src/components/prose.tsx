/** The agent's text. The Markdown reader comes on demand; until then the text is shown as it is. */
import { lazy, memo, Suspense } from "react";

const Markdown = lazy(async () => ({ default: (await import("./markdown.tsx")).Markdown }));

export const Prose = memo(({ text }: { text: string }) => (
  <div className="prose">
    <Suspense fallback={<p className="whitespace-pre-wrap">{text}</p>}>
      <Markdown text={text} />
    </Suspense>
  </div>
));
Prose.displayName = "Prose";
