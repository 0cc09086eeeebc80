/** Brings who filled in a form to the first field that is to be mended. */

/** Opens what hides the field. Does nothing where no field is marked. */
export const focusFirstInvalid = (form: HTMLElement | null): void => {
  const field = form?.querySelector<HTMLElement>("[aria-invalid=true]");
  const hidden = field?.closest("details");
  if (hidden) hidden.open = true;
  field?.focus();
};
