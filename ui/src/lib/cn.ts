/** Joins class names. Give a component's variants the conflicting ones: of two for one property the style sheet's order decides. */
export { clsx as cn } from "clsx";
