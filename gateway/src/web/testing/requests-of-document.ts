/** Raw requests made from the API's own description: each route with right and wrong values in every place. */
import * as fc from "fast-check";
import { z } from "zod";
import { brokenJson, JsonSchema, valuesOf, type SchemaWorld } from "../../kit/testing/values-of-schema.ts";

const Parameter = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header"]),
  required: z.boolean().default(false),
  schema: JsonSchema,
});
const Operation = z.object({
  parameters: z.array(Parameter).default([]),
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema: JsonSchema })) }).optional(),
});
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), JsonSchema) }),
});
type Operation = z.infer<typeof Operation>;

export interface RequestKind {
  /** As `POST /api/tasks`. */
  route: string;
  /** Fits the description in every place. */
  sound: fc.Arbitrary<Buffer>;
  /** Fits in some, or none. */
  malformed: fc.Arbitrary<Buffer>;
}

/** One for each method and path of the document. `known`: texts that mean something on the server, by a field's name or the part of a path before them. */
export function requestsOf(document: unknown, known: SchemaWorld["known"]): RequestKind[] {
  const { paths, components } = Document.parse(document);
  const world = { schemas: components.schemas, known };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => {
      const sound = partsOf(path, operation, world);
      const broken = brokenParts(path, operation, world, sound);
      return {
        route: `${method.toUpperCase()} ${path}`,
        sound: fc.record({ method: fc.constant(method.toUpperCase()), ...sound }).map(asBytes),
        malformed: fc.record({ method: methodsLike(method.toUpperCase()), ...broken }).map(asBytes),
      };
    }),
  );
}

interface Parts {
  target: fc.Arbitrary<string>;
  headers: fc.Arbitrary<string[]>;
  body: fc.Arbitrary<string | Uint8Array>;
}

function partsOf(path: string, { parameters, requestBody }: Operation, world: SchemaWorld): Parts {
  const given = fc.tuple(
    ...parameters.map((parameter) => {
      const value = valuesOf(parameter.schema, world, placeName(path, parameter)).map((one) => ({
        ...parameter,
        value: String(one),
      }));
      return parameter.required ? value : fc.option(value);
    }),
  );
  const schema = requestBody?.content["application/json"]?.schema;
  return {
    target: given.map((values) => {
      const said = values.filter((value) => value !== null);
      const filled = said.reduce(
        (whole, { in: place, name, value }) =>
          place === "path" ? whole.replace(`{${name}}`, encodeURIComponent(value)) : whole,
        path,
      );
      return withQuery(
        filled,
        said
          .filter((value) => value.in === "query" && value.value !== "null")
          .map(({ name, value }) => `${name}=${encodeURIComponent(value.toWellFormed())}`),
      );
    }),
    // Without a body too: what changes something is taken only with an Origin or of this type.
    headers: fc.constant(["Content-Type: application/json"]),
    body: schema === undefined ? fc.constant("") : valuesOf(schema, world).map((body) => JSON.stringify(body)),
  };
}

/** `tasks` for the `{id}` of `/api/tasks/{id}`. */
function placeName(path: string, { in: place, name }: z.infer<typeof Parameter>): string {
  return place === "path" ? (path.split(`/{${name}}`, 1)[0]?.split("/").at(-1) ?? name) : name;
}

const oddTexts = fc.oneof(
  fc.constantFrom("", "%", "%00", "%ff", "%2e%2e", "..", "%2f", "*", "{id}", "constructor", "__proto__", "%ed%a0%80"),
  fc.constantFrom(
    "1e400",
    "NaN",
    "-1",
    "1.5",
    "null",
    "[]",
    "0x10",
    "9".repeat(30),
    "a".repeat(3_000),
    "+",
    "%F0%9F%98%80",
  ),
  fc.string().map((text) => encodeURIComponent(text.toWellFormed())),
);

function brokenParts(path: string, operation: Operation, world: SchemaWorld, sound: Parts): Parts {
  const { parameters, requestBody } = operation;
  const names = parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
  const oddPath = fc.array(oddTexts, { minLength: 4, maxLength: 4 }).map((texts) => {
    let next = 0;
    return path.replaceAll(/\{\w+\}/g, () => texts[next++] ?? "");
  });
  const oddQuery = fc.array(
    fc
      .tuple(fc.constantFrom(...names, ...names, "__proto__", "limit[]", "x", ""), oddTexts)
      .map((pair) => pair.join("=")),
    { maxLength: 4 },
  );
  const target = fc.oneof(
    { weight: 4, arbitrary: sound.target },
    { weight: 2, arbitrary: fc.tuple(sound.target, oddQuery).map(([right, query]) => withQuery(right, query)) },
    { weight: 2, arbitrary: fc.tuple(oddPath, oddQuery).map(([odd, query]) => withQuery(odd, query)) },
  );
  const odd = fc.oneof(
    fc.constantFrom("", "null", "[]", '"x"', "{", "{}", "[".repeat(60_000), '{"a":'.repeat(20_000), "\ufeff{}", "{}{}"),
    fc.json(),
    fc.uint8Array({ maxLength: 60 }),
    fc.constantFrom(Buffer.from('{"text":"é"}', "latin1"), Buffer.from('{"text":"x"}', "utf16le")),
  );
  const schema = requestBody?.content["application/json"]?.schema;
  const huge = fc.constant(`{"text":"${"a".repeat(2 * 1024 * 1024)}"}`);
  const body =
    schema === undefined
      ? fc.oneof({ weight: 3, arbitrary: fc.constant("") }, odd)
      : fc.oneof(
          { weight: 40, arbitrary: brokenJson(schema, world) },
          { weight: 8, arbitrary: sound.body },
          { weight: 8, arbitrary: odd },
          { weight: 1, arbitrary: huge },
        );
  const headers = fc
    .tuple(
      fc.oneof({ weight: 6, arbitrary: sound.headers }, fc.constant([])),
      fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, oddHeaders),
    )
    .map((both) => both.flat());
  return { target, headers, body };
}

const oddHeaders = fc.array(
  fc.constantFrom(
    "Content-Type: text/plain",
    "Content-Type: application/json; charset=utf-7",
    "Content-Type: application/x-www-form-urlencoded",
    "Content-Type: multipart/form-data",
    "Content-Type: ",
    "Content-Encoding: gzip",
    "Idempotency-Key: \u00ff",
    `Idempotency-Key: ${"k".repeat(300)}`,
    "Accept: x",
    "Range: bytes=5-1",
    "If-Match: *",
    "Authorization: Basic ////",
    "Cookie: a=%; __proto__=x",
    "Origin: http://[",
    "X-HTTP-Method-Override: DELETE",
  ),
  { minLength: 1, maxLength: 2 },
);

const methodsLike = (method: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 20, arbitrary: fc.constant(method) },
    fc.constantFrom("HEAD", "PATCH", "OPTIONS", "DELETE", "PUT"),
  );

const withQuery = (target: string, query: readonly string[]): string =>
  query.length === 0 ? target : `${target}${target.includes("?") ? "&" : "?"}${query.join("&")}`;

function asBytes({
  method,
  target,
  headers,
  body,
}: {
  method: string;
  target: string;
  headers: string[];
  body: string | Uint8Array;
}): Buffer {
  const bytes = Buffer.from(body);
  const head = [
    `${method} ${target} HTTP/1.1`,
    "Host: localhost",
    ...headers,
    `Content-Length: ${bytes.length}`,
    "Connection: close",
    "",
    "",
  ].join("\r\n");
  return Buffer.concat([Buffer.from(head, "latin1"), bytes]);
}
