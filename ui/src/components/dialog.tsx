/**
 * A modal dialog on the browser's own `<dialog>`: it traps focus, closes on Escape and makes the rest inert.
 * Radix's dialog is not used because its scroll lock writes a `<style>` element, which the content security policy forbids.
 */
import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { en } from "../text/en.ts";
import { Button } from "./button.tsx";

export interface DialogProps {
  title: string;
  description?: string;
  onClose: () => void;
  children: ReactNode;
}

/** Open as long as it is rendered. */
export const Dialog = ({ title, description, onClose, children }: DialogProps) => {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    if (dialog?.open === false) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={`${id}-title`}
      aria-describedby={description === undefined ? undefined : `${id}-text`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className="m-auto max-h-[90dvh] w-[min(30rem,calc(100vw-2rem))] overflow-y-auto rounded-2xl border bg-panel p-5 text-text shadow-2xl"
    >
      <div className="flex items-start justify-between gap-4">
        <h2 id={`${id}-title`} className="text-base font-semibold">
          {title}
        </h2>
        <Button variant="ghost" size="iconSm" className="-mt-1 -mr-1" aria-label={en.close} onClick={onClose}>
          <X aria-hidden="true" />
        </Button>
      </div>
      {description !== undefined && (
        <p id={`${id}-text`} className="mt-1 text-muted">
          {description}
        </p>
      )}
      <div className="mt-4">{children}</div>
    </dialog>
  );
};
