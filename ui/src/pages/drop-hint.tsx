/** Lies over a part of the page while files hang over it. */
import { Upload } from "lucide-react";
import type { ReactNode } from "react";

export const DropHint = ({ children }: { children: ReactNode }) => (
  <div className="pointer-events-none absolute inset-2 z-10 grid place-items-center rounded-xl border-2 border-dashed border-accent bg-ground/90 text-accent">
    <p className="flex items-center gap-2 font-medium">
      <Upload className="size-4.5" aria-hidden="true" />
      {children}
    </p>
  </div>
);
