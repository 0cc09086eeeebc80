/** The form that registers a group: checks what the schema can tell, shows what the API refuses. */
import { GroupCreate } from "@praktor/protocol/rest";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { sentence } from "../api/api-error.ts";
import { createGroup } from "../api/endpoints.ts";
import { groupsQuery, statusQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Field } from "../components/field.tsx";
import { toastDone } from "../components/toasts.tsx";
import { suggestNames } from "../lib/suggest-names.ts";
import { en } from "../text/en.ts";

const t = en.register;

type FieldName = keyof typeof t.invalid;

const isField = (value: unknown): value is FieldName => typeof value === "string" && value in t.invalid;

const text = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
};

export const RegisterGroup = ({ onClose }: { onClose: () => void }) => {
  const client = useQueryClient();
  const mainId = useId();
  const groups = useQuery(groupsQuery).data ?? [];
  const [name, setName] = useState("");
  // What a person has typed is theirs; until then it follows the name.
  const [own, setOwn] = useState<{ id?: string; folder?: string }>({});
  const suggested = suggestNames(name, groups);
  const [wrong, setWrong] = useState<ReadonlySet<FieldName>>(new Set());
  const create = useMutation({
    mutationFn: createGroup,
    onSuccess: async (group) => {
      toastDone(t.done(group.name));
      onClose();
      await Promise.all([groupsQuery, statusQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey })));
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const model = text(form, "model");
    const parsed = GroupCreate.safeParse({
      id: text(form, "id"),
      name: text(form, "name"),
      folder: text(form, "folder"),
      ...(form.has("is_main") ? { is_main: true } : {}),
      ...(model === "" ? {} : { model }),
    });
    if (!parsed.success) {
      const fields = parsed.error.issues.map(({ path }) => path[0]).filter(isField);
      setWrong(new Set(fields));
      const first = event.currentTarget.elements.namedItem(fields[0] ?? "");
      if (first instanceof HTMLElement) first.focus();
      return;
    }
    setWrong(new Set());
    create.mutate(parsed.data);
  };
  const field = (name: FieldName) => ({ name, error: wrong.has(name) ? t.invalid[name] : undefined });
  return (
    <Dialog title={t.title} description={t.intro} onClose={onClose}>
      <form onSubmit={submit} noValidate autoComplete="off" className="space-y-4">
        <Field label={t.name} value={name} onChange={({ target }) => setName(target.value)} {...field("name")} />
        <Field
          label={t.id}
          hint={t.idHint}
          className="font-mono"
          spellCheck={false}
          value={own.id ?? suggested.id}
          onChange={({ target }) => setOwn({ ...own, id: target.value })}
          {...field("id")}
        />
        <Field
          label={t.folder}
          hint={t.folderHint}
          className="font-mono"
          spellCheck={false}
          value={own.folder ?? suggested.folder}
          onChange={({ target }) => setOwn({ ...own, folder: target.value })}
          {...field("folder")}
        />
        <Field label={t.model} hint={t.modelHint} className="font-mono" spellCheck={false} {...field("model")} />
        <div className="flex items-start gap-2.5">
          <input
            id={mainId}
            type="checkbox"
            name="is_main"
            aria-describedby={`${mainId}-hint`}
            className="mt-0.5 size-4 accent-solid"
          />
          <div>
            <label htmlFor={mainId} className="block text-[13px] font-medium">
              {t.main}
            </label>
            <p id={`${mainId}-hint`} className="text-xs text-muted">
              {t.mainHint}
            </p>
          </div>
        </div>
        {create.isError && (
          <div role="alert" className="flex gap-2 rounded-lg bg-bad-soft px-3 py-2 text-[13px] text-bad">
            <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
            <p>
              <span className="font-medium">{t.failed}.</span> {sentence(create.error)}
            </p>
          </div>
        )}
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>{en.cancel}</Button>
          <Button variant="solid" type="submit" disabled={create.isPending}>
            {create.isPending ? t.busy : t.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
};
