/** A form that is sent to the gateway: what of it was refused is marked at the fields that are to be mended, until they are changed. */
import type { Fault } from "@praktor/protocol/issue-words";
import { type FormEvent, type RefObject, useEffect, useRef, useState } from "react";
import { faultsIn, sentence } from "../api/api-error.ts";
import { byField, faultAt, placeOf, standing } from "../lib/field-faults.ts";
import { focusFirstInvalid } from "../lib/focus-invalid.ts";
import { en } from "../text/en.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface FormOptions {
  /** What the form holds, under the names that the API has for it. */
  fields: Fields;
  /** Where the form says it better than the API: words for a field that is at fault, by its path. */
  own?: Readonly<Record<string, string>>;
  /** Something cannot be sent at all. Where it is, is marked: at the latest once it was `tried`. */
  unsendable?: boolean;
  /** Begins what is said of a refusal: "The task was not saved". */
  failed: string;
  /** All faults in words, for a form that has no field for each of them. */
  words?: (faults: readonly Fault[]) => string;
  save: { error: Error | null; mutate: () => void };
}

export interface Form {
  ref: RefObject<HTMLFormElement | null>;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  /** Somebody wanted to send what cannot be sent: now also what is missing is to be marked. */
  tried: boolean;
  /** What is wrong with a field, or with the first of its parts. */
  wrong: (field: string) => string | undefined;
  /** Why it was not done, for all that no field says. */
  problem: string | null;
}

export const useForm = ({ fields, own = {}, unsendable = false, failed, words, save }: FormOptions): Form => {
  const ref = useRef<HTMLFormElement>(null);
  const [sent, setSent] = useState<Fields>({});
  const [refusedHere, setRefusedHere] = useState(false);
  const tried = refusedHere && unsendable;
  const refused = faultsIn(save.error);
  const faults = standing(refused, sent, fields);
  const shown = byField(faults, own);
  useEffect(() => {
    if (save.error !== null) focusFirstInvalid(ref.current);
  }, [save.error]);
  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (unsendable) {
      setRefusedHere(true);
      // What is missing is marked by this, and only then can it be found.
      requestAnimationFrame(() => focusFirstInvalid(ref.current));
      return;
    }
    setRefusedHere(false);
    setSent(fields);
    save.mutate();
  };
  const problem = (): string | null => {
    if (tried) return en.form.marked(failed);
    if (save.error === null) return null;
    const elsewhere = faults.some(({ field }) => !Object.hasOwn(fields, placeOf(field)));
    // The sentence tells of all faults, those without a field of this form too.
    if (refused.length === 0 || (elsewhere && words === undefined)) return `${failed}. ${sentence(save.error)}`;
    if (words !== undefined && faults.length > 0) return `${failed}. ${words(faults)}`;
    return faults.length === 0 ? null : en.form.mend(failed, faults.length);
  };
  return { ref, onSubmit, tried, wrong: (field) => faultAt(shown, field), problem: problem() };
};
