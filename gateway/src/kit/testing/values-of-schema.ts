/** Values that fit a JSON schema of the API's description, and such that were one and are broken in one place. */
import * as fc from "fast-check";
import { z } from "zod";

const Type = z.enum(["string", "integer", "number", "boolean", "array", "object", "null"]);

/** As much of JSON schema as the description uses. */
export interface JsonSchema {
  $ref?: string | undefined;
  type?: z.infer<typeof Type> | z.infer<typeof Type>[] | undefined;
  const?: unknown;
  enum?: unknown[] | undefined;
  anyOf?: JsonSchema[] | undefined;
  oneOf?: JsonSchema[] | undefined;
  allOf?: JsonSchema[] | undefined;
  properties?: Record<string, JsonSchema> | undefined;
  required?: string[] | undefined;
  items?: JsonSchema | undefined;
  additionalProperties?: boolean | JsonSchema | undefined;
  pattern?: string | undefined;
  format?: string | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minItems?: number | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  exclusiveMinimum?: number | undefined;
}
export const JsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.union([Type, z.array(Type)]).optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    anyOf: z.array(JsonSchema).optional(),
    oneOf: z.array(JsonSchema).optional(),
    allOf: z.array(JsonSchema).optional(),
    properties: z.record(z.string(), JsonSchema).optional(),
    required: z.array(z.string()).optional(),
    items: JsonSchema.optional(),
    additionalProperties: z.union([z.boolean(), JsonSchema]).optional(),
    pattern: z.string().optional(),
    format: z.string().optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    minItems: z.number().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    exclusiveMinimum: z.number().optional(),
  }),
);

export interface SchemaWorld {
  /** What `#/components/schemas/` holds. */
  schemas: Readonly<Record<string, JsonSchema>>;
  /** Texts that mean something here, by what they are called; where that says nothing, any of them that fits the schema is tried. */
  known: Readonly<Record<string, string>>;
}

/** `name`: the field that the values are for. */
export function valuesOf(schema: JsonSchema, world: SchemaWorld, name = ""): fc.Arbitrary<unknown> {
  const { $ref, const: only, enum: some, anyOf, oneOf, allOf } = schema;
  if ($ref !== undefined) return valuesOf(world.schemas[$ref.split("/").at(-1) ?? ""] ?? {}, world, name);
  if (only !== undefined) return fc.constant(only);
  if (some !== undefined) return fc.constantFrom(...some);
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((one) => valuesOf(one, world, name)));
  if (allOf !== undefined) {
    return fc
      .tuple(...allOf.map((one) => valuesOf(one, world, name)))
      .map((parts) => Object.assign({}, ...parts) as unknown);
  }
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type) => valuesOf({ ...schema, type }, world, name)));
  switch (schema.type) {
    case "string":
      return textsOf(schema, world, name);
    case "integer":
    case "number":
      return numbersOf(schema);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(valuesOf(schema.items ?? {}, world, name), { minLength: schema.minItems ?? 0, maxLength: 3 });
    case "object":
      return objectsOf(schema, world);
    case undefined:
      return fc.jsonValue();
    default:
      return schema.type satisfies never;
  }
}

function textsOf(schema: JsonSchema, { known }: SchemaWorld, name: string): fc.Arbitrary<string> {
  const { pattern, minLength = 0, maxLength = 1_000 } = schema;
  const fits = new RegExp(pattern ?? "", "u");
  const own = Object.hasOwn(known, name) ? known[name] : undefined;
  const meant = (own === undefined ? Object.values(known) : [own]).filter(
    (text) => fits.test(text) && text.length >= minLength && text.length <= maxLength,
  );
  const free = fc.string({ unit: "grapheme", minLength, maxLength: Math.min(maxLength, minLength + 20) });
  // Texts for a pattern that looks ahead cannot be made.
  const any = pattern === undefined || /\(\?[!=<]/.test(pattern) ? free : fc.stringMatching(fits);
  return meant.length === 0 ? any : fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...meant) }, any);
}

function numbersOf({ type, minimum, exclusiveMinimum, maximum }: JsonSchema): fc.Arbitrary<number> {
  const min = minimum ?? (exclusiveMinimum === undefined ? -9 : exclusiveMinimum + 1);
  const max = maximum ?? Number.MAX_SAFE_INTEGER;
  const limits = fc.constantFrom(min, max);
  const small = fc.integer({ min: Math.ceil(min), max: Math.min(max, Math.ceil(min) + 1_000) });
  return type === "integer" ? fc.oneof(limits, small) : fc.oneof(limits, small, fc.constant(min + 0.5));
}

function objectsOf(schema: JsonSchema, world: SchemaWorld): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const fields = Object.entries(properties).map(([name, of]) => [name, valuesOf(of, world, name)] as const);
  const named = fc.record(Object.fromEntries(fields), {
    requiredKeys: Object.keys(properties).filter((name) => required.includes(name)),
  });
  if (typeof additionalProperties !== "object") return named;
  return fc
    .tuple(fc.dictionary(fc.string(), valuesOf(additionalProperties, world), { maxKeys: 3 }), named)
    .map(([more, own]) => ({ ...more, ...own }));
}

/** Not JSON, where a value stands: put in as a text, and its quotes are taken off again. */
const bare = ["NaN", "-Infinity", "1e999", "-0", "0x10", "01", "undefined", "'x'", "{}}", "1e-400", "9".repeat(400)];
const oddValues = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e308, 2 ** 53 + 2, "", " ", [], {}, [[]], { toString: 1 }),
  fc.constantFrom("\u0000", "\ud800", "\u202e\u200b", "é".normalize("NFD"), "😀".repeat(300), "../../x", "a\r\nb: c"),
  fc.constantFrom("NaN", "null", "-1", "[object Object]", "__proto__", "constructor", "{id}", "' or 1=1 --", "%00"),
  fc.constantFrom("a".repeat(1_100), "a".repeat(120_000)),
  fc.constantFrom(...bare).map((text) => `@bare ${text}@`),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(20, 3_000, 40_000).map((depth) => `@bare ${"[".repeat(depth)}${"]".repeat(depth)}@`),
);
const oddFields = fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "", "\u0000", "x", "ID");

/** JSON texts of values that fit, each with one to three places where it does not; some are no JSON any more. */
export function brokenJson(schema: JsonSchema, world: SchemaWorld): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat(1_000),
    how: fc.constantFrom<Change["how"]>("replace", "replace", "replace", "drop", "add", "wrap"),
    value: oddValues,
    field: oddFields,
  });
  const whole = fc
    .tuple(valuesOf(schema, world), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([value, changes]) => asText(changes.reduce<unknown>(changed, value)));
  const cut = fc.tuple(whole, fc.nat(300)).map(([text, end]) => text.slice(0, end));
  return fc.oneof({ weight: 8, arbitrary: whole }, { weight: 1, arbitrary: cut });
}

interface Change {
  at: number;
  how: "replace" | "drop" | "add" | "wrap";
  value: unknown;
  field: string;
}

function changed(value: unknown, change: Change): unknown {
  const size = placesIn(value);
  return at(value, change.at % size, change);
}

function placesIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, part) => sum + placesIn(part), 1);
}

/** The value with its `place`th part, counted from itself, changed. */
function at(value: unknown, place: number, change: Change): unknown {
  if (place === 0 || typeof value !== "object" || value === null) return here(value, change);
  let left = place - 1;
  const entries: [string, unknown][] = [];
  for (const [name, part] of Object.entries(value)) {
    const size = placesIn(part);
    const isIn = left >= 0 && left < size;
    if (!(isIn && left === 0 && change.how === "drop")) entries.push([name, isIn ? at(part, left, change) : part]);
    left -= size;
  }
  return Array.isArray(value) ? entries.map(([, part]) => part) : Object.fromEntries(entries);
}

function here(value: unknown, { how, value: odd, field }: Change): unknown {
  if (how === "wrap") return [value];
  if (how === "add" && typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.fromEntries([...Object.entries(value), [field, odd]]);
  }
  return odd;
}

function asText(value: unknown): string {
  return (JSON.stringify(value) ?? "").replaceAll(/"@bare (.*?)@"/g, "$1");
}
