/** A group's name and model, to be changed. */
import type { GroupView } from "@praktor/protocol/rest";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { updateGroup } from "../api/endpoints.ts";
import { groupsQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { Field } from "../components/field.tsx";
import { Problem } from "../components/problem.tsx";
import { toastDone } from "../components/toasts.tsx";
import { useForm } from "../components/use-form.ts";
import { en } from "../text/en.ts";

const t = en.group;

export const GroupSettings = ({ group }: { group: GroupView }) => {
  const client = useQueryClient();
  const [name, setName] = useState(group.name);
  const [model, setModel] = useState(group.model ?? "");
  const trimmed = { name: name.trim(), model: model.trim() };
  const changed = trimmed.name !== group.name || trimmed.model !== (group.model ?? "");
  const nameError = trimmed.name === "" || trimmed.name.length > 200 ? en.register.invalid.name : undefined;
  const modelError = trimmed.model.length > 200 ? en.register.invalid.model : undefined;
  const save = useMutation({
    mutationFn: () => updateGroup(group.id, { name: trimmed.name, model: trimmed.model === "" ? null : trimmed.model }),
    onSuccess: (saved) => {
      toastDone(t.saved(saved.name));
      client.setQueryData(groupsQuery.queryKey, (groups) => groups?.map((one) => (one.id === saved.id ? saved : one)));
    },
  });
  const unsendable = nameError !== undefined || modelError !== undefined;
  const { ref, onSubmit, wrong, problem } = useForm({ fields: trimmed, unsendable, failed: t.saveFailed, save });
  return (
    <Card title={t.settings}>
      <form ref={ref} className="space-y-3 p-4" noValidate onSubmit={onSubmit}>
        <Field
          label={t.name}
          value={name}
          error={nameError ?? wrong("name")}
          onChange={({ target }) => setName(target.value)}
        />
        <Field
          label={t.model}
          value={model}
          hint={t.modelHint}
          error={modelError ?? wrong("model")}
          placeholder={en.groups.defaultModel}
          spellCheck={false}
          onChange={({ target }) => setModel(target.value)}
        />
        <dl className="flex gap-x-6 text-[13px]">
          <div className="min-w-0">
            <dt className="text-xs text-muted">{t.folder}</dt>
            <dd className="truncate font-mono text-xs">{group.folder}</dd>
          </div>
          <div className="min-w-0">
            <dt className="text-xs text-muted">{en.groups.messages}</dt>
            <dd className="tabular-nums">{group.message_count.toLocaleString("en-GB")}</dd>
          </div>
        </dl>
        {problem !== null && <Problem text={problem} />}
        <Button type="submit" variant="solid" disabled={!changed || save.isPending}>
          {save.isPending ? t.saving : t.save}
        </Button>
      </form>
    </Card>
  );
};
