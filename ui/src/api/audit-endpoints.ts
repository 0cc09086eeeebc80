/** Who did what, as the page reads it: newest first, a page at a time. */
import { AuditPage } from "@praktor/protocol/audit";
import { infiniteQueryOptions } from "@tanstack/react-query";
import { request } from "./request.ts";

/** Empty texts: whatever it is. */
export interface AuditFilter {
  actor: string;
  /** A whole action, or what stands before its dot. */
  action: string;
  groupId: string;
  outcome: string;
}

const PAGE_SIZE = 50;

export const auditQuery = ({ actor, action, groupId, outcome }: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ["audit", actor, action, groupId, outcome],
    queryFn: ({ pageParam, signal }) => {
      const wanted = { actor, action, group_id: groupId, outcome, before: pageParam, limit: String(PAGE_SIZE) };
      const search = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== ""));
      return request(AuditPage, `/api/audit?${search}`, { signal });
    },
    initialPageParam: "",
    getNextPageParam: ({ next }) => (next === null ? undefined : String(next)),
    // Whoever comes back to the page wants to see what was done meanwhile.
    staleTime: 0,
    gcTime: 60_000,
  });
