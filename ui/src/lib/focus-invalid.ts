/** Brings who filled in a form to the first place that is to be mended: a field, or what carries `data-faulty`. */

/** Opens what hides it, and brings it into the middle of the view. Does nothing where nothing is marked. */
export const focusFirstInvalid = (form: HTMLElement | null): void => {
  const place = form?.querySelector<HTMLElement>("[aria-invalid=true], [data-faulty=true]");
  const hidden = place?.closest("details");
  if (hidden) hidden.open = true;
  // A box in a drawing has the focus as a whole.
  const target = place?.closest<HTMLElement>("input, textarea, select, [tabindex]");
  target?.focus({ preventScroll: true });
  target?.scrollIntoView({ block: "center" });
};
