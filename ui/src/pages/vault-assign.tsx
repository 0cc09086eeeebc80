/** Gives a secret to a group: as a variable or as a file, under a name of its own where one is wanted. */
import { type SecretDelivery, SecretName, type SecretView } from "@praktor/protocol/vault";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { groupsQuery } from "../api/queries.ts";
import { assignSecret } from "../api/vault-endpoints.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Field } from "../components/field.tsx";
import { Problem } from "../components/problem.tsx";
import { QueryView } from "../components/query-view.tsx";
import { Select } from "../components/select.tsx";
import { LoadingRows } from "../components/states.tsx";
import { useForm } from "../components/use-form.ts";
import { en } from "../text/en.ts";
import { useVaultChange } from "./use-vault-change.ts";

const t = en.vault;
const DELIVERIES = ["env", "file"] as const satisfies readonly SecretDelivery[];
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

export interface AssignSecretProps {
  secret: SecretView;
  onClose: () => void;
}

export const AssignSecret = ({ secret, onClose }: AssignSecretProps) => {
  const groups = useQuery(groupsQuery);
  return (
    <Dialog title={t.assignOf(secret.name)} description={t.assignAbout} onClose={onClose}>
      <QueryView query={groups} what={en.groups.what} loading={<LoadingRows rows={2} />}>
        {(known) =>
          known.length === 0 ? <p>{t.noGroups}</p> : <AssignForm secret={secret} groups={known} onClose={onClose} />
        }
      </QueryView>
    </Dialog>
  );
};

type AssignFormProps = AssignSecretProps & { groups: readonly { id: string; name: string }[] };

const AssignForm = ({ secret, groups, onClose }: AssignFormProps) => {
  const id = useId();
  const has = (groupId: string): boolean => secret.groups.some((place) => place.group_id === groupId);
  const [groupId, setGroupId] = useState(() => (groups.find((group) => !has(group.id)) ?? groups[0])?.id ?? "");
  const [delivery, setDelivery] = useState<SecretDelivery>(VARIABLE.test(secret.name) ? "env" : "file");
  const [text, setText] = useState(secret.name);
  const target = text.trim();
  const isValid = delivery === "env" ? VARIABLE.test(target) : SecretName.safeParse(target).success;
  const group = groups.find((one) => one.id === groupId)?.name ?? groupId;
  const assign = useVaultChange({
    change: () => assignSecret(secret.name, groupId, { delivery, target }),
    done: t.assigned(secret.name, group),
    onDone: onClose,
  });
  const { ref, onSubmit, wrong, problem } = useForm({
    fields: { groupID: groupId, delivery, target },
    unsendable: !isValid,
    failed: t.assignFailed(secret.name, group),
    save: assign,
  });
  return (
    <form ref={ref} className="space-y-4" noValidate onSubmit={onSubmit}>
      <Select
        label={t.group}
        value={groupId}
        error={wrong("groupID")}
        onChange={({ target: { value } }) => setGroupId(value)}
      >
        {groups.map((one) => (
          <option key={one.id} value={one.id}>
            {has(one.id) ? t.hasIt(one.name) : one.name}
          </option>
        ))}
      </Select>
      <fieldset className="space-y-2">
        <legend className="mb-1 text-[13px] font-medium">{t.how}</legend>
        {DELIVERIES.map((one) => (
          <label key={one} htmlFor={`${id}-${one}`} className="flex items-start gap-2 text-[13px]">
            <input
              type="radio"
              id={`${id}-${one}`}
              aria-label={t.delivery[one]}
              aria-describedby={`${id}-${one}-about`}
              name={id}
              className="mt-0.5"
              checked={delivery === one}
              onChange={() => setDelivery(one)}
            />
            <span>
              <span className="font-medium">{t.delivery[one]}</span>
              <span id={`${id}-${one}-about`} className="block text-xs text-muted">
                {t.deliveryAbout[one]}
              </span>
            </span>
          </label>
        ))}
      </fieldset>
      <Field
        label={t.targetLabel[delivery]}
        value={text}
        hint={target !== "" && isValid ? t.targetHint(t.target(delivery, target)) : ""}
        error={isValid ? (wrong("target") ?? wrong("delivery")) : t.targetInvalid[delivery]}
        maxLength={64}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        className="font-mono"
        onChange={({ target: { value } }) => setText(value)}
      />
      {problem !== null && <Problem text={problem} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{en.cancel}</Button>
        <Button type="submit" variant="solid" disabled={assign.isPending}>
          {assign.isPending ? t.assigning : t.assign}
        </Button>
      </div>
    </form>
  );
};
