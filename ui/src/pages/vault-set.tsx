/** Takes a secret's value, for a new secret or in place of the old one. What is typed stays in this form alone and goes with it. */
import { SecretName } from "@praktor/protocol/vault";
import { Eye, EyeOff } from "lucide-react";
import { useId, useState } from "react";
import { setSecret } from "../api/vault-endpoints.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Field } from "../components/field.tsx";
import { Problem } from "../components/problem.tsx";
import { useForm } from "../components/use-form.ts";
import { cn } from "../lib/cn.ts";
import { missingLength, typedSecret } from "../lib/typed-secret.ts";
import { en } from "../text/en.ts";
import { useVaultChange } from "./use-vault-change.ts";

const t = en.vault;

export interface SetSecretProps {
  /** Absent: a new one, whose name is asked for. */
  name?: string;
  onClose: () => void;
}

export const SetSecret = ({ name: known, onClose }: SetSecretProps) => {
  const id = useId();
  const [given, setGiven] = useState("");
  const [text, setText] = useState("");
  const [isShown, setShown] = useState(false);
  const name = known ?? given.trim();
  const isNamed = SecretName.safeParse(name).success;
  const value = typedSecret(text);
  const missing = missingLength(value);
  const save = useVaultChange({
    change: () => setSecret(name, value),
    done: t.kept(name),
    onDone: onClose,
  });
  const { ref, onSubmit, tried, wrong, problem } = useForm({
    fields: { name, value },
    unsendable: !isNamed || missing > 0,
    failed: t.keepFailed(name === "" ? t.newSecret : name),
    save,
  });
  const tooShort = missing > 0 ? t.valueShort(missing) : undefined;
  const flaw = (tried ? tooShort : undefined) ?? wrong("value");
  return (
    <Dialog title={known === undefined ? t.add : t.replaceOf(known)} description={t.setAbout} onClose={onClose}>
      <form ref={ref} className="space-y-4" autoComplete="off" noValidate onSubmit={onSubmit}>
        {known === undefined && (
          <Field
            label={t.name}
            value={given}
            hint={t.nameHint}
            error={isNamed || (name === "" && !tried) ? wrong("name") : t.nameInvalid}
            placeholder="GITHUB_TOKEN"
            maxLength={64}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            className="font-mono"
            onChange={({ target }) => setGiven(target.value)}
          />
        )}
        <div>
          <div className="mb-1 flex items-end justify-between gap-3">
            <label htmlFor={`${id}-value`} className="text-[13px] font-medium">
              {t.value}
            </label>
            <Button variant="ghost" size="sm" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
              {isShown ? <EyeOff aria-hidden="true" /> : <Eye aria-hidden="true" />}
              {isShown ? t.hide : t.show}
            </Button>
          </div>
          <textarea
            id={`${id}-value`}
            rows={4}
            value={text}
            maxLength={65_536}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            aria-describedby={`${id}-hint`}
            aria-invalid={flaw !== undefined}
            className={cn(
              "w-full rounded-lg border bg-ground px-3 py-2 font-mono text-xs max-md:text-base",
              flaw === undefined ? "border-line-strong/60" : "border-bad",
              !isShown && "[-webkit-text-security:disc]",
            )}
            onChange={({ target }) => setText(target.value)}
          />
          <p id={`${id}-hint`} className={cn("mt-1 text-xs", flaw === undefined ? "text-muted" : "text-bad")}>
            {flaw ?? (value === "" ? undefined : tooShort) ?? t.valueHint}
          </p>
        </div>
        {problem !== null && <Problem text={problem} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{en.cancel}</Button>
          <Button type="submit" variant="solid" disabled={save.isPending}>
            {save.isPending ? t.keeping : t.keep}
          </Button>
        </div>
      </form>
    </Dialog>
  );
};
