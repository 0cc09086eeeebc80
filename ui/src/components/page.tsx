/** The frame of a page: its heading and a scrolling body; sets the document's title. */
import { type ReactNode, useEffect } from "react";
import { en } from "../text/en.ts";
import { ScrollArea } from "./scroll-area.tsx";

export const useTitle = (title: string): void => {
  useEffect(() => {
    document.title = `${title} · ${en.product}`;
  }, [title]);
};

export interface PageProps {
  title: string;
  /** A line below the title. */
  about?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export const Page = ({ title, about, actions, children }: PageProps) => {
  useTitle(title);
  return (
    <ScrollArea aria-label={title} className="relative h-full overflow-y-auto -outline-offset-2">
      <div className="mx-auto max-w-6xl px-4 py-5 md:px-8 md:py-7">
        <div className="mb-5 flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
          <div className="min-w-0 flex-1 basis-40">
            <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
            {about !== undefined && <div className="mt-0.5 text-muted">{about}</div>}
          </div>
          {actions}
        </div>
        {children}
      </div>
    </ScrollArea>
  );
};
