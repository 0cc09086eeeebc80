/** Asks before a secret is deleted, since nobody can bring its value back. */
import type { SecretView } from "@praktor/protocol/vault";
import { deleteSecret } from "../api/vault-endpoints.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { en } from "../text/en.ts";
import { useVaultChange } from "./use-vault-change.ts";

const t = en.vault;

export interface DeleteSecretProps {
  secret: SecretView;
  onClose: () => void;
}

export const DeleteSecret = ({ secret: { name, groups }, onClose }: DeleteSecretProps) => {
  const remove = useVaultChange({
    change: () => deleteSecret(name),
    done: t.deleted(name),
    failed: t.deleteFailed(name),
    onDone: onClose,
  });
  const names = groups.map((place) => place.group_name);
  return (
    <Dialog title={t.deleteTitle(name)} description={t.deleteBody(names)} onClose={onClose}>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{en.cancel}</Button>
        <Button variant="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
          {remove.isPending ? t.deleting : t.deleteConfirm}
        </Button>
      </div>
    </Dialog>
  );
};
