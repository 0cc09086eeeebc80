/** Messages for the moment after they were sent: while a run goes on, and when it is looked at again. */
import type { SwarmMessageView } from "@praktor/protocol/swarm";
import { useEffect, useRef, useState } from "react";

/** As long as the way of a message takes in styles.css. */
const FLIGHT_MS = 1_200;
/** More at once were not sent just now: the page caught up, or somebody jumped. */
const MOST_AT_ONCE = 3;

/** What came to `messages` since they were shown before, each for a moment; nothing of the first ones. `undefined`: not known yet. */
export const useJustSaid = (messages: readonly SwarmMessageView[] | undefined): readonly SwarmMessageView[] => {
  const [flying, setFlying] = useState<readonly SwarmMessageView[]>([]);
  const seen = useRef<ReadonlySet<number> | null>(null);
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());
  useEffect(() => {
    if (messages === undefined) return;
    const before = seen.current;
    seen.current = new Set(messages.map(({ id }) => id));
    const said = before === null ? [] : messages.filter(({ id }) => !before.has(id));
    if (said.length === 0 || said.length > MOST_AT_ONCE) return;
    setFlying((now) => [...now, ...said]);
    const timer = setTimeout(() => {
      timers.current.delete(timer);
      setFlying((now) => now.filter((message) => !said.includes(message)));
    }, FLIGHT_MS);
    timers.current.add(timer);
  }, [messages]);
  useEffect(() => {
    const owned = timers.current;
    return () => {
      for (const timer of owned) clearTimeout(timer);
    };
  }, []);
  return flying;
};
