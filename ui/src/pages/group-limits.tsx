/** What a group may spend in a day, and what of it is used. */
import type { GroupView } from "@praktor/protocol/rest";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { updateGroup } from "../api/endpoints.ts";
import { groupsQuery, usageQuery } from "../api/queries.ts";
import { BudgetBar } from "../components/budget-bar.tsx";
import { Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { Field } from "../components/field.tsx";
import { Problem } from "../components/problem.tsx";
import { Select } from "../components/select.tsx";
import { toastDone } from "../components/toasts.tsx";
import { useForm } from "../components/use-form.ts";
import { en } from "../text/en.ts";

const t = en.budget;
const KINDS = ["default", "own", "none"] as const;
type Kind = (typeof KINDS)[number];

const kindOf = (budget: GroupView["budget_per_day"]): Kind =>
  budget === null ? "none" : budget === "default" ? "default" : "own";

/** Null where the text is no amount of dollars. */
const readAmount = (text: string): number | null =>
  /^\d{1,7}(\.\d{1,6})?$/.test(text.trim()) && Number(text) > 0 && Number(text) <= 1_000_000 ? Number(text) : null;

export const GroupLimits = ({ group }: { group: GroupView }) => {
  const client = useQueryClient();
  const usage = useQuery(usageQuery);
  const current = group.budget_per_day;
  const [kind, setKind] = useState<Kind>(kindOf(current));
  const [amount, setAmount] = useState(typeof current === "number" ? String(current) : "");
  const own = readAmount(amount);
  const wanted = kind === "own" ? own : kind === "none" ? null : "default";
  const invalid = kind === "own" && own === null;
  const budget = usage.data?.budgets.find(({ scope, group_id: id }) => scope === "group_day" && id === group.id);
  const save = useMutation({
    mutationFn: () => updateGroup(group.id, { budget_per_day: wanted }),
    onSuccess: (saved) => {
      toastDone(t.saved(saved.name));
      client.setQueryData(groupsQuery.queryKey, (groups) => groups?.map((one) => (one.id === saved.id ? saved : one)));
      void client.invalidateQueries(usageQuery);
    },
  });
  const { ref, onSubmit, tried, wrong, problem } = useForm({
    fields: { budget_per_day: wanted },
    unsendable: invalid,
    failed: t.saveFailed,
    save,
  });
  return (
    <Card title={t.limits}>
      <form ref={ref} className="space-y-3 p-4" noValidate onSubmit={onSubmit}>
        {budget && <BudgetBar budget={budget} label={t.usedToday} />}
        <Select
          label={t.perDay}
          value={kind}
          error={kind === "own" ? undefined : wrong("budget_per_day")}
          onChange={({ target }) => setKind(KINDS.find((one) => one === target.value) ?? "default")}
        >
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t.kind[one]}
            </option>
          ))}
        </Select>
        {kind === "own" && (
          <Field
            label={t.amount}
            value={amount}
            inputMode="decimal"
            placeholder="2.00"
            hint={t.amountHint}
            error={(tried || amount !== "") && invalid ? t.invalid : wrong("budget_per_day")}
            onChange={({ target }) => setAmount(target.value)}
          />
        )}
        {problem !== null && <Problem text={problem} />}
        <Button type="submit" variant="solid" disabled={(!invalid && wanted === current) || save.isPending}>
          {save.isPending ? en.group.saving : t.save}
        </Button>
      </form>
    </Card>
  );
};
