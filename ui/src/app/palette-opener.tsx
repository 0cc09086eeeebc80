/** The button of the command palette, and its keys: ⌘K or Ctrl+K from anywhere. */
import { Search } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { Button } from "../components/button.tsx";
import { cn } from "../lib/cn.ts";
import { en } from "../text/en.ts";

const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));
const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** `keys`: this one listens to the keyboard; one of them is enough. */
export const PaletteOpener = ({ wide = false, keys = false }: { wide?: boolean; keys?: boolean }) => {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!keys) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      setOpen((before) => !before);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [keys]);
  return (
    <>
      <Button
        variant={wide ? "outline" : "ghost"}
        size={wide ? "md" : "icon"}
        aria-label={wide ? undefined : en.palette.open}
        className={cn(wide && "mb-3 w-full justify-start px-2.5 font-normal text-muted")}
        onClick={() => setOpen(true)}
      >
        <Search aria-hidden="true" />
        {wide && (
          <>
            {en.palette.title}
            <kbd aria-hidden="true" className="ml-auto font-sans text-xs">
              {isApple ? "⌘K" : "Ctrl K"}
            </kbd>
          </>
        )}
      </Button>
      {open && (
        <Suspense>
          <Palette onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
};
