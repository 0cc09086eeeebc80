/** Schemas that refuse a field they do not know, at any depth: a misspelled limit must not become no limit. */
import { z } from "zod";
import { nearestName } from "./nearest-name.ts";

/** A copy of `schema` whose objects name an unknown field and what was most likely meant. Everything else about it stays. */
export function strictly<Schema extends z.ZodType>(schema: Schema): Schema {
  // What is rebuilt is of the same class with the same definition but for its objects' unknown fields.
  return rebuilt(schema) as Schema;
}

function rebuilt(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodObject) {
    const known = Object.keys(schema.shape);
    const shape = Object.fromEntries(Object.entries(schema.shape).map(([name, field]) => [name, rebuilt(field)]));
    const error: z.core.$ZodErrorMap = (issue) =>
      issue.code === "unrecognized_keys" ? unknownWords(issue.keys, known) : undefined;
    return z.core.clone(schema, { ...schema.def, shape, catchall: z.never(), error });
  }
  if (schema instanceof z.ZodArray) return z.core.clone(schema, { ...schema.def, element: rebuilt(schema.element) });
  if (schema instanceof z.ZodUnion) {
    return z.core.clone(schema, { ...schema.def, options: schema.options.map(rebuilt) });
  }
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return z.core.clone(schema, { ...schema.def, innerType: rebuilt(schema.unwrap()) });
  }
  return schema;
}

/** `has no field "max_cost": did you mean "max_cost_usd"?` */
function unknownWords(unknown: readonly string[], known: readonly string[]): string {
  return unknown
    .slice(0, 5)
    .map((name) => {
      const shown = name.length > 64 ? `${name.slice(0, 63)}…` : name;
      const meant = nearestName(name, known);
      const help = meant === null ? `it may have ${known.join(", ")}` : `did you mean "${meant}"?`;
      return `has no field "${shown}": ${help}`;
    })
    .join("; ");
}
