/**
 * Short notices at the edge of the screen: what was done, or what failed and why.
 * Written here because the usual components cost more of the first load than the whole shell.
 */
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { sentence } from "../api/api-error.ts";
import { en } from "../text/en.ts";

interface Notice {
  id: number;
  tone: "ok" | "bad";
  title: string;
  detail: string | null;
}

/** More than these at once would cover the page; the oldest goes. */
const AT_ONCE = 4;
/** A failure has more to read. */
const SHOWN_MS = { ok: 4000, bad: 12_000 };

const listeners = new Set<() => void>();
let notices: readonly Notice[] = [];
let count = 0;

const replace = (next: readonly Notice[]): void => {
  notices = next.slice(-AT_ONCE);
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const dismiss = (id: number): void => replace(notices.filter((notice) => notice.id !== id));

export const toastDone = (title: string): void =>
  replace([...notices, { id: ++count, tone: "ok", title, detail: null }]);

/** `title` names what failed; the error says why. */
export const toastFailed = (title: string, error: unknown): void =>
  replace([...notices, { id: ++count, tone: "bad", title, detail: sentence(error) }]);

export const Toasts = () => {
  const shown = useSyncExternalStore(subscribe, () => notices);
  return (
    <section aria-label={en.toast.region}>
      <ol
        aria-live="polite"
        className="fixed top-3 right-4 z-50 flex w-[min(22rem,calc(100vw-2rem))] flex-col gap-2 md:top-auto md:bottom-4"
      >
        {shown.map((notice) => (
          <ToastItem key={notice.id} notice={notice} />
        ))}
      </ol>
    </section>
  );
};

/** Goes by itself, but not while someone points at it or has the focus in it. */
const ToastItem = ({ notice: { id, tone, title, detail } }: { notice: Notice }) => {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => dismiss(id), SHOWN_MS[tone]);
    return () => clearTimeout(timer);
  }, [held, id, tone]);
  const Icon = tone === "ok" ? CircleCheck : CircleAlert;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- these only keep the toast from leaving
    <li
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="flex items-start gap-3 rounded-xl border bg-panel p-3 shadow-xl"
    >
      <Icon className={`mt-0.5 size-4 shrink-0 ${tone === "ok" ? "text-ok" : "text-bad"}`} aria-hidden="true" />
      <div className="min-w-0 flex-1 text-[13px]">
        <p className="font-medium">{title}</p>
        {detail !== null && <p className="mt-0.5 text-muted">{detail}</p>}
      </div>
      <button
        type="button"
        aria-label={en.toast.dismiss}
        className="rounded p-0.5 text-muted hover:text-text"
        onClick={() => dismiss(id)}
      >
        <X className="size-4" aria-hidden="true" />
      </button>
    </li>
  );
};
