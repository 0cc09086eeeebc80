/** Scrolling of a column that grows and shrinks at both ends: follows its end while one reads there, and otherwise keeps what one reads in its place. */
import { type RefObject, useLayoutEffect, useRef, useState } from "react";

/** Nearer to the end than this counts as reading there. */
const NEAR_PX = 80;

export interface ScrollOptions {
  /** The column's end is the end of history: only there is it followed. */
  endsHistory: boolean;
  /** The row to begin at, in the middle of the view; `null` begins at the end. */
  beginAt: number | null;
}

export interface Scroll {
  /** What scrolls. */
  element: RefObject<HTMLDivElement | null>;
  /** What grows in it: rows that carry `data-row`. */
  content: RefObject<HTMLDivElement | null>;
  atEnd: boolean;
  onScroll: () => void;
  /** A person has taken over: the row that was begun at is no longer held. */
  onPerson: () => void;
  toEnd: () => void;
}

export const useScroll = ({ endsHistory, beginAt }: ScrollOptions): Scroll => {
  const element = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(beginAt === null);
  const held = useRef(beginAt);
  const lastTop = useRef(0);
  /** The first row in view and where it stands in the column. */
  const anchor = useRef<{ row: string; top: number } | null>(null);
  const [atEnd, setAtEnd] = useState(beginAt === null);

  useLayoutEffect(() => {
    const view = element.current;
    if (view === null) return undefined;
    const settle = (): void => {
      const heldRow = held.current === null ? null : rowOf(view, String(held.current));
      if (heldRow !== null) {
        view.scrollTop = topIn(view, heldRow) - (view.clientHeight - heldRow.offsetHeight) / 2;
      } else if (following.current) {
        view.scrollTop = view.scrollHeight;
      } else if (anchor.current !== null) {
        const row = rowOf(view, anchor.current.row);
        // Where the row stands in the column, not in the view: a scroll that is under way must not be undone.
        if (row !== null) view.scrollTop += topIn(view, row) - anchor.current.top;
      }
      lastTop.current = view.scrollTop;
      anchor.current = firstInView(view);
    };
    settle();
    const observer = new ResizeObserver(settle);
    observer.observe(view);
    if (content.current !== null) observer.observe(content.current);
    return () => observer.disconnect();
  });

  const onScroll = (): void => {
    const view = element.current;
    if (view === null) return;
    const near = view.scrollHeight - view.scrollTop - view.clientHeight < NEAR_PX;
    // Only a person scrolls up; when the column merely grew, the event of our own scrolling comes late and must not count.
    if (near && endsHistory && held.current === null) following.current = true;
    else if (view.scrollTop < lastTop.current - 1) following.current = false;
    lastTop.current = view.scrollTop;
    anchor.current = firstInView(view);
    setAtEnd(following.current);
  };

  return {
    element,
    content,
    atEnd,
    onScroll,
    onPerson: () => {
      held.current = null;
    },
    toEnd: () => {
      held.current = null;
      following.current = true;
      setAtEnd(true);
      element.current?.scrollTo({ top: element.current.scrollHeight });
    },
  };
};

const rowOf = (view: HTMLElement, row: string): HTMLElement | null =>
  view.querySelector<HTMLElement>(`[data-row="${CSS.escape(row)}"]`);

const topIn = (view: HTMLElement, row: HTMLElement): number =>
  row.getBoundingClientRect().top - view.getBoundingClientRect().top + view.scrollTop;

const firstInView = (view: HTMLElement): { row: string; top: number } | null => {
  const edge = view.getBoundingClientRect().top;
  for (const row of view.querySelectorAll<HTMLElement>("[data-row]")) {
    if (row.getBoundingClientRect().bottom > edge) {
      return { row: row.dataset["row"] ?? "", top: topIn(view, row) };
    }
  }
  return null;
};
