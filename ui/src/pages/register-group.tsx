/** The form that registers a group. */
import { GroupCreate } from "@praktor/protocol/rest";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { createGroup } from "../api/endpoints.ts";
import { groupsQuery, statusQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Field } from "../components/field.tsx";
import { Problem } from "../components/problem.tsx";
import { toastDone } from "../components/toasts.tsx";
import { useForm } from "../components/use-form.ts";
import { suggestNames } from "../lib/suggest-names.ts";
import { en } from "../text/en.ts";

const t = en.register;

export const RegisterGroup = ({ onClose }: { onClose: () => void }) => {
  const client = useQueryClient();
  const mainId = useId();
  const groups = useQuery(groupsQuery).data ?? [];
  const [name, setName] = useState("");
  // What a person has typed is theirs; until then it follows the name.
  const [own, setOwn] = useState<{ id?: string; folder?: string }>({});
  const suggested = suggestNames(name, groups);
  const [model, setModel] = useState("");
  const [isMain, setMain] = useState(false);
  const wish = {
    id: (own.id ?? suggested.id).trim(),
    name: name.trim(),
    folder: (own.folder ?? suggested.folder).trim(),
    ...(isMain ? { is_main: true } : {}),
    ...(model.trim() === "" ? {} : { model: model.trim() }),
  };
  const create = useMutation({
    mutationFn: () => createGroup(wish),
    onSuccess: async (group) => {
      toastDone(t.done(group.name));
      onClose();
      await Promise.all([groupsQuery, statusQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey })));
    },
  });
  const { ref, onSubmit, wrong, problem } = useForm({
    fields: { model: "", ...wish },
    // Of an id or a folder that is taken the gateway says more than what it should look like.
    own: GroupCreate.safeParse(wish).success ? {} : t.invalid,
    failed: t.failed,
    save: create,
  });
  const field = (name: keyof typeof t.invalid) => ({ error: wrong(name) });
  return (
    <Dialog title={t.title} description={t.intro} onClose={onClose}>
      <form ref={ref} onSubmit={onSubmit} noValidate autoComplete="off" className="space-y-4">
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
        <Field
          label={t.model}
          hint={t.modelHint}
          className="font-mono"
          spellCheck={false}
          value={model}
          onChange={({ target }) => setModel(target.value)}
          {...field("model")}
        />
        <div className="flex items-start gap-2.5">
          <input
            id={mainId}
            type="checkbox"
            checked={isMain}
            onChange={({ target }) => setMain(target.checked)}
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
        {problem !== null && <Problem text={problem} />}
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
