/** Which tools of a group's agent people are asked about first. */
import type { GroupView } from "@praktor/protocol/rest";
import { ToolPattern } from "@praktor/protocol/tool-patterns";
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

const t = en.approvals;
/** Not inside of brackets. */
const betweenPatterns = /[\s,]+(?![^()]*\))/;

export const GroupApprovals = ({ group }: { group: GroupView }) => {
  const client = useQueryClient();
  const [text, setText] = useState(group.approval_tools.join(", "));
  const tools = text.split(betweenPatterns).filter((name) => name !== "");
  const isValid = tools.length <= 50 && tools.every((name) => ToolPattern.safeParse(name).success);
  const isChanged = tools.join() !== group.approval_tools.join();
  const save = useMutation({
    mutationFn: () => updateGroup(group.id, { approval_tools: tools }),
    onSuccess: (saved) => {
      toastDone(t.saved);
      client.setQueryData(groupsQuery.queryKey, (groups) => groups?.map((one) => (one.id === saved.id ? saved : one)));
    },
  });
  const { ref, onSubmit, wrong, problem } = useForm({
    fields: { approval_tools: tools },
    unsendable: !isValid,
    failed: t.saveFailed,
    save,
  });
  return (
    <Card title={t.rules}>
      <form ref={ref} className="space-y-3 p-4" noValidate onSubmit={onSubmit}>
        <Field
          label={t.tools}
          value={text}
          hint={t.toolsHint}
          error={isValid ? wrong("approval_tools") : t.toolsInvalid}
          placeholder="Bash(curl *), WebFetch"
          spellCheck={false}
          onChange={({ target }) => setText(target.value)}
        />
        {problem !== null && <Problem text={problem} />}
        <Button type="submit" variant="solid" disabled={!isChanged || save.isPending}>
          {t.save}
        </Button>
      </form>
    </Card>
  );
};
