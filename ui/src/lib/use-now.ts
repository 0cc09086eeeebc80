/** A clock for components: re-renders at a chosen pace so that "5 min ago" stays true. */
import { useEffect, useState } from "react";

/** The present in epoch milliseconds, renewed every `everyMs`. */
export const useNow = (everyMs = 30_000): number => {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
};
