/** The way from an empty installation to a first answer, as it really stands; gone once all is done. */
import type { StatusView } from "@praktor/protocol/rest";
import { Check, Circle } from "lucide-react";
import { Card } from "../components/card.tsx";
import { en } from "../text/en.ts";

const t = en.onboarding;

export const Onboarding = ({ status }: { status: StatusView }) => {
  const model = status.health.find(({ name }) => name === "model");
  const part = (name: string): { ok: boolean; detail: string } =>
    status.health.find((health) => health.name === name) ?? { ok: false, detail: t.off };
  const steps = [
    { title: t.sandbox, ...part("sandbox") },
    // Calls that fail are told elsewhere: this is only about what was set up.
    { title: t.model, ok: model?.ok === true || model?.level !== undefined, detail: model?.detail ?? t.off },
    { title: t.telegram, ...part("telegram") },
    { title: t.group, ok: status.groups_count > 0, detail: t.groupHow },
    { title: t.message, ok: status.recent_messages.length > 0, detail: t.messageHow },
  ];
  const done = steps.filter(({ ok }) => ok).length;
  if (done === steps.length) return null;
  return (
    <Card title={t.title} aside={<span className="text-xs text-muted">{t.progress(done, steps.length)}</span>}>
      <ol className="divide-y">
        {steps.map(({ title, ok, detail }) => (
          <li key={title} className="flex gap-3 px-4 py-2.5">
            {ok ? (
              <Check className="mt-0.5 size-4 shrink-0 text-ok" aria-hidden="true" />
            ) : (
              <Circle className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden="true" />
            )}
            <div className="min-w-0">
              <p className={ok ? "text-muted" : "font-medium"}>
                {title}
                <span className="sr-only">: {ok ? t.done : t.open}</span>
              </p>
              {!ok && <p className="text-[13px] wrap-anywhere text-muted">{detail}</p>}
            </div>
          </li>
        ))}
      </ol>
    </Card>
  );
};
