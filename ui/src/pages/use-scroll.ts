/** Scrolling of a growing column: follows its end while one reads there, and keeps one's place when it grows above. */
import { type RefObject, useLayoutEffect, useRef, useState } from "react";

/** Nearer to the end than this counts as reading there. */
const NEAR_PX = 80;

export interface Scroll {
  /** What scrolls. */
  element: RefObject<HTMLDivElement | null>;
  /** What grows in it. */
  content: RefObject<HTMLDivElement | null>;
  atEnd: boolean;
  onScroll: () => void;
  toEnd: () => void;
}

/** `firstId` names what stands first: when it changes, something was put in above. */
export const useScroll = (firstId: number | undefined): Scroll => {
  const element = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const last = useRef({ top: 0, height: 0, firstId });
  const [atEnd, setAtEnd] = useState(true);

  useLayoutEffect(() => {
    const view = element.current;
    if (view === null) return undefined;
    const settle = (): void => {
      if (following.current) view.scrollTop = view.scrollHeight;
      last.current = { ...last.current, top: view.scrollTop, height: view.scrollHeight };
    };
    if (!following.current && last.current.firstId !== firstId)
      view.scrollTop += view.scrollHeight - last.current.height;
    last.current.firstId = firstId;
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
    if (near) following.current = true;
    else if (view.scrollTop < last.current.top - 1) following.current = false;
    last.current.top = view.scrollTop;
    setAtEnd(following.current);
  };

  const toEnd = (): void => {
    following.current = true;
    setAtEnd(true);
    element.current?.scrollTo({ top: element.current.scrollHeight });
  };
  return { element, content, atEnd, onScroll, toEnd };
};
