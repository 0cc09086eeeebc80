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
import { toastDone, toastFailed } from "../components/toasts.tsx";
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
    onError: (error) => toastFailed(t.saveFailed, error),
  });
  return (
    <Card title={t.rules}>
      <form
        className="space-y-3 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field
          label={t.tools}
          value={text}
          hint={t.toolsHint}
          error={isValid ? undefined : t.toolsInvalid}
          placeholder="Bash(curl *), WebFetch"
          spellCheck={false}
          onChange={({ target }) => setText(target.value)}
        />
        <Button type="submit" variant="solid" disabled={!isChanged || !isValid || save.isPending}>
          {t.save}
        </Button>
      </form>
    </Card>
  );
};
