/** The audit log: who did what, newest first, as far back as one asks. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { RefreshCw, ScrollText } from "lucide-react";
import { useState } from "react";
import { sentence } from "../api/api-error.ts";
import { type AuditFilter, auditQuery } from "../api/audit-endpoints.ts";
import { Button } from "../components/button.tsx";
import { Page } from "../components/page.tsx";
import { QueryView } from "../components/query-view.tsx";
import { Empty } from "../components/states.tsx";
import { cn } from "../lib/cn.ts";
import { en } from "../text/en.ts";
import { AuditFilters } from "./audit-filters.tsx";
import { AuditList } from "./audit-list.tsx";

const t = en.audit;
const EVERYTHING: AuditFilter = { actor: "", action: "", groupId: "", outcome: "" };

export const AuditLogPage = () => {
  const [filter, setFilter] = useState(EVERYTHING);
  const log = useInfiniteQuery(auditQuery(filter));
  const isFiltered = Object.values(filter).some((wanted) => wanted !== "");
  const refresh = (
    <Button
      variant="outline"
      size="icon"
      aria-label={t.refresh}
      title={t.refresh}
      disabled={log.isFetching}
      onClick={() => void log.refetch()}
    >
      <RefreshCw className={cn(log.isFetching && "animate-spin")} aria-hidden="true" />
    </Button>
  );
  return (
    <Page title={t.title} about={t.intro} actions={refresh}>
      <div className="space-y-4">
        <AuditFilters filter={filter} onChange={setFilter} />
        <div className="overflow-hidden rounded-xl border bg-panel">
          <QueryView query={log} what={t.what}>
            {({ pages }) =>
              pages.every(({ entries }) => entries.length === 0) ? (
                <Nothing isFiltered={isFiltered} onClear={() => setFilter(EVERYTHING)} />
              ) : (
                <AuditList entries={pages.flatMap(({ entries }) => entries)} />
              )
            }
          </QueryView>
        </div>
        {log.data !== undefined && log.data.pages[0]?.entries.length !== 0 && (
          <div className="flex flex-col items-center gap-2 text-[13px] text-muted">
            {log.isFetchNextPageError && (
              <p role="alert" className="text-bad">
                {t.olderFailed}: {sentence(log.error)}
              </p>
            )}
            {log.hasNextPage ? (
              <Button size="sm" disabled={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
                {log.isFetchingNextPage ? t.olderBusy : t.older}
              </Button>
            ) : (
              !isFiltered && <p>{t.end}</p>
            )}
          </div>
        )}
      </div>
    </Page>
  );
};

const Nothing = ({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) =>
  isFiltered ? (
    <Empty icon={ScrollText} title={t.noMatchTitle} action={<Button onClick={onClear}>{t.clear}</Button>}>
      {t.noMatch}
    </Empty>
  ) : (
    <Empty icon={ScrollText} title={t.emptyTitle}>
      {t.empty}
    </Empty>
  );
