/** The vault: which secrets there are, which groups are given them, and what to do where it has no key. */
import type { VaultView } from "@praktor/protocol/vault";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { LockKeyhole, Plus, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { vaultQuery } from "../api/vault-endpoints.ts";
import { Button } from "../components/button.tsx";
import { Page } from "../components/page.tsx";
import { QueryView } from "../components/query-view.tsx";
import { Empty } from "../components/states.tsx";
import { en } from "../text/en.ts";
import { SecretRow } from "./vault-secret.tsx";
import { SetSecret } from "./vault-set.tsx";

const t = en.vault;

export const VaultPage = () => {
  const vault = useQuery(vaultQuery);
  const [adding, setAdding] = useState(false);
  const add = (
    <Button variant="solid" onClick={() => setAdding(true)}>
      <Plus aria-hidden="true" />
      {t.add}
    </Button>
  );
  const isOpen = vault.data?.state === "open";
  const hasSecrets = (vault.data?.secrets.length ?? 0) > 0;
  return (
    <Page title={t.title} about={t.intro} actions={isOpen && hasSecrets && add}>
      <QueryView query={vault} what={t.what}>
        {(view) => (
          <div className="space-y-4">
            <NoKey view={view} />
            {(isOpen || hasSecrets) && (
              <div className="overflow-hidden rounded-xl border bg-panel">
                {view.secrets.length === 0 ? (
                  <Empty icon={LockKeyhole} title={t.emptyTitle} action={add}>
                    {t.empty}
                  </Empty>
                ) : (
                  <ul aria-label={t.what} className="divide-y">
                    {view.secrets.map((secret) => (
                      <SecretRow key={secret.name} secret={secret} isOpen={isOpen} />
                    ))}
                  </ul>
                )}
              </div>
            )}
            <p className="text-[13px] text-muted">
              {t.promise}{" "}
              <Link to="/audit" className="text-accent underline underline-offset-2">
                {t.toAudit}
              </Link>
            </p>
          </div>
        )}
      </QueryView>
      {adding && <SetSecret onClose={() => setAdding(false)} />}
    </Page>
  );
};

const NoKey = ({ view: { state, reason } }: { view: VaultView }) => {
  if (state === "open") return null;
  return (
    <section aria-label={t.closed[state]} className="rounded-xl bg-warn-soft px-4 py-3">
      <h2 className="flex items-center gap-2 font-medium text-warn">
        <TriangleAlert className="size-4 shrink-0" aria-hidden="true" />
        {t.closed[state]}
      </h2>
      <p className="mt-1 wrap-anywhere">{state === "off" ? t.noKey : reason}</p>
      {state === "off" && (
        <ul className="mt-2 list-disc space-y-1 pl-5 text-[13px]">
          {t.waysToOpen.map(({ what, how }) => (
            <li key={what} className="wrap-anywhere">
              <code className="font-mono text-xs">{what}</code>: {how}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
};
