/** Gives the pages the live connection: its state and the turns that run. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { sessionQuery, statusQuery } from "../api/queries.ts";
import { applyEvent } from "./apply-event.ts";
import { keepSocket, type SocketState } from "./live-socket.ts";
import type { LiveTurn } from "./live-turn.ts";
import { makeRefetcher } from "./refetcher.ts";
import { TurnStore } from "./turn-store.ts";

interface Live {
  state: SocketState;
  /** When the connection was lost, in epoch milliseconds; null while there is one. */
  awaySinceMs: number | null;
  turns: TurnStore;
}

const LiveContext = createContext<Live | null>(null);

/** Pages that fetch before the socket listens could miss what happens in between; they wait for it, but not for long. */
const PATIENCE_MS = 300;

export const LiveProvider = ({ children }: { children: ReactNode }) => {
  const client = useQueryClient();
  const [turns] = useState(() => new TurnStore());
  const [state, setState] = useState<SocketState>("starting");
  const [awaySinceMs, setAwaySince] = useState<number | null>(null);
  const [waited, setWaited] = useState(false);

  useEffect(() => {
    const ended = new AbortController();
    const refetch = makeRefetcher(client, ended.signal);
    const refetchAll = (): void => {
      turns.dropLive();
      void client.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] !== "session" && queryKey[0] !== "instructions",
      });
    };
    let late = false;
    let opened = false;
    let away = false;
    const timer = setTimeout(() => {
      late = true;
      setWaited(true);
    }, PATIENCE_MS);
    keepSocket(
      {
        onEvent: (event, at) => applyEvent({ client, turns, refetch }, event, at),
        onMissed: refetchAll,
        onRefused: () => void client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
        onState: (next) => {
          setState(next);
          setAwaySince((since) => (next === "away" ? (since ?? Date.now()) : null));
          // Whether the gateway is gone too, or only the connection.
          if (next === "away" && !away) void client.invalidateQueries({ queryKey: statusQuery.queryKey });
          away = next === "away";
          if (next !== "open") return;
          // What failed while the gateway was out of reach would otherwise wait for a click.
          void client.refetchQueries({ predicate: ({ state: { status } }) => status === "error" });
          if (!opened && late) refetchAll();
          opened = true;
        },
      },
      ended.signal,
    );
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [client, turns]);

  const live = useMemo(() => ({ state, awaySinceMs, turns }), [state, awaySinceMs, turns]);
  return <LiveContext value={live}>{state === "starting" && !waited ? null : children}</LiveContext>;
};

const useLive = (): Live => {
  const live = use(LiveContext);
  if (live === null) throw new Error("useLive is called outside LiveProvider: wrap the page in it.");
  return live;
};

export const useSocketState = (): SocketState => useLive().state;

export const useAwaySince = (): number | null => useLive().awaySinceMs;

export const useTurnStore = (): TurnStore => useLive().turns;

/** All turns that this page knows of, by id. */
export const useTurns = (): ReadonlyMap<string, LiveTurn> => {
  const { turns } = useLive();
  return useSyncExternalStore(turns.subscribe, turns.shown);
};
