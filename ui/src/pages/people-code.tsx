/** The code that lets in the next person: made on wish, shown once, with the time that is left of it. */
import type { PairingView } from "@praktor/protocol/pairing";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Copy, KeyRound } from "lucide-react";
import { offerPairing } from "../api/endpoints.ts";
import { pairingQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { toastDone, toastFailed } from "../components/toasts.tsx";
import { useNow } from "../lib/use-now.ts";
import { en } from "../text/en.ts";

const t = en.people;

export const PairingCode = ({ view }: { view: PairingView }) => {
  const client = useQueryClient();
  const nowMs = useNow(1_000);
  const offer = useMutation({
    mutationFn: offerPairing,
    onError: (error) => toastFailed(t.codeFailed, error),
    onSettled: () => client.invalidateQueries({ queryKey: pairingQuery.queryKey }),
  });
  // The gateway knows first when a code was used, or another one made.
  const isOpen = offer.data !== undefined && view.expires === offer.data.expires;
  const leftMs = isOpen ? Date.parse(offer.data.expires) - nowMs : 0;
  const isOthers = !isOpen && view.expires !== null && Date.parse(view.expires) > nowMs;
  return (
    <Card title={t.code}>
      <div className="space-y-3 p-4">
        {leftMs > 0 && offer.data ? (
          <>
            <p className="rounded-lg bg-raised py-3 text-center font-mono text-2xl font-semibold tracking-widest select-all">
              {offer.data.code}
            </p>
            <p className="text-[13px] text-muted">
              {t.codeHow} <span className="whitespace-nowrap tabular-nums">{t.codeLeft(leftMs)}</span>
              {offer.data.makes_owner && ` ${t.codeMakesOwner}`}
            </p>
          </>
        ) : (
          <p className="text-[13px] text-muted">{isOthers ? t.codeElsewhere : t.codeAbout}</p>
        )}
        <div className="flex flex-wrap gap-2">
          {leftMs > 0 && offer.data && "clipboard" in navigator && (
            <Button variant="solid" onClick={() => void copy(offer.data.code)}>
              <Copy aria-hidden="true" />
              {t.copy}
            </Button>
          )}
          <Button variant={leftMs > 0 ? "outline" : "solid"} disabled={offer.isPending} onClick={() => offer.mutate()}>
            <KeyRound aria-hidden="true" />
            {leftMs > 0 ? t.anotherCode : t.makeCode}
          </Button>
        </div>
      </div>
    </Card>
  );
};

const copy = async (code: string): Promise<void> => {
  try {
    await navigator.clipboard.writeText(code);
    toastDone(t.copied);
  } catch (error) {
    toastFailed(t.copyFailed, error);
  }
};
