/** Keeps a team under a name, to start others like it. */
import { SwarmTemplateName } from "@praktor/protocol/swarm";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { saveTemplate, swarmTemplatesQuery } from "../api/swarm-endpoints.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Field } from "../components/field.tsx";
import { Problem } from "../components/problem.tsx";
import { toastDone } from "../components/toasts.tsx";
import { useForm } from "../components/use-form.ts";
import { type TeamDraft, toTeam } from "../swarm/team-draft.ts";
import { en } from "../text/en.ts";

const t = en.swarmForm;

export interface SaveTemplateProps {
  team: TeamDraft;
  title: string;
  onClose: () => void;
}

export const SaveTemplate = ({ team, title, onClose }: SaveTemplateProps) => {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const invalid = name !== "" && !SwarmTemplateName.safeParse(name).success;
  const save = useMutation({
    mutationFn: () => saveTemplate(name, { title: title === "" ? name : title, description: "", ...toTeam(team) }),
    onSuccess: (saved) => {
      toastDone(t.saved(saved.name));
      onClose();
      return client.invalidateQueries({ queryKey: swarmTemplatesQuery.queryKey });
    },
  });
  const { ref, onSubmit, tried, wrong, problem } = useForm({
    fields: { name },
    unsendable: name === "" || invalid,
    failed: t.saveFailed,
    save,
  });
  return (
    <Dialog title={t.save} onClose={onClose}>
      <form ref={ref} className="space-y-4" noValidate onSubmit={onSubmit}>
        <Field
          label={t.saveName}
          value={name}
          error={invalid || (tried && name === "") ? t.saveNameInvalid : wrong("name")}
          onChange={({ target }) => setName(target.value)}
        />
        {problem !== null && <Problem text={problem} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{en.cancel}</Button>
          <Button type="submit" variant="solid" disabled={save.isPending}>
            {t.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
};
