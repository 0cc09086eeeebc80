/** Looks at a running sandbox for as long as the page is seen: a hidden tab measures nothing. */
import { SandboxFrame } from "@praktor/protocol/sandbox-watch";
import { useEffect, useState } from "react";
import { getLink, sandboxWatchAddress } from "../api/endpoints.ts";
import { NOTHING_SEEN, type SandboxSight, seeFrame } from "./sandbox-sight.ts";

export interface SeenSandbox extends SandboxSight {
  /** False while the connection is lost and tried again. */
  connected: boolean;
}

const AGAIN_MS = 5_000;

/** `sandboxId`: a new one is looked at from its beginning. Nothing is seen while it is `null`. */
export const useSandboxSight = (groupId: string, sandboxId: string | null): SeenSandbox => {
  const [sight, setSight] = useState<SandboxSight>(NOTHING_SEEN);
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    if (sandboxId === null) return undefined;
    let source: EventSource | null = null;
    let asking: AbortController | null = null;
    let again: ReturnType<typeof setTimeout> | undefined;
    const close = (): void => {
      clearTimeout(again);
      asking?.abort();
      asking = null;
      source?.close();
      source = null;
    };
    const lost = (): void => {
      close();
      setConnected(false);
      again = setTimeout(open, AGAIN_MS);
    };
    const open = (): void => {
      if (source !== null || asking !== null || document.hidden) return;
      const current = new AbortController();
      asking = current;
      void ask(current.signal);
    };
    const ask = async (signal: AbortSignal): Promise<void> => {
      const link = await getLink(sandboxWatchAddress(groupId), signal).catch(() => null);
      if (signal.aborted) return;
      asking = null;
      if (link === null) lost();
      else listen(link.address);
    };
    const listen = (address: string): void => {
      const current = new EventSource(address);
      source = current;
      // Each connection tells the last lines anew.
      current.addEventListener("open", () => {
        setConnected(true);
        setSight((before) => ({ ...NOTHING_SEEN, samples: before.samples }));
      });
      current.addEventListener("error", () => {
        // The browser itself would try again with the same link, which may be too old by then.
        if (source === current) lost();
      });
      current.addEventListener("message", ({ data }) => {
        const frame = SandboxFrame.safeParse(typeof data === "string" ? parse(data) : null);
        if (!frame.success) return;
        setSight((before) => seeFrame(before, frame.data));
        // It would otherwise be opened again, to find nothing.
        if (frame.data.type === "end") current.close();
      });
    };
    const onVisibility = (): void => (document.hidden ? close() : open());
    open();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      close();
      setSight(NOTHING_SEEN);
      setConnected(true);
    };
  }, [groupId, sandboxId]);
  return { ...sight, connected };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
