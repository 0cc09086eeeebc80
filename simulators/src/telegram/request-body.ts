// Reads the parameters of a Bot API call from JSON, multipart or urlencoded bodies and from the query.

import type { Context } from "hono";
import * as z from "zod";
import type { NodeBindings } from "../loopback-server.ts";
import { badRequest } from "./bot-api-error.ts";

export interface UploadedFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface BotApiParameters {
  /** As they came: forms carry every value as a string, nested ones as JSON text. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Uploaded parts by their form name, as `attach://<name>` refers to them. */
  readonly files: ReadonlyMap<string, UploadedFile>;
}

const jsonObject = z.record(z.string(), z.unknown());

/** Throws BotApiError 400 for a body that is none of the three forms. */
export async function readParameters(context: Context<NodeBindings>): Promise<BotApiParameters> {
  const values: Record<string, unknown> = { ...context.req.query() };
  const files = new Map<string, UploadedFile>();
  const type = context.req.header("content-type") ?? "";
  if (type.startsWith("application/json")) {
    Object.assign(values, parseJson(await context.req.text()));
  } else if (type.startsWith("multipart/form-data") || type.startsWith("application/x-www-form-urlencoded")) {
    const form = await context.req.formData().catch(() => {
      throw badRequest("can't parse the form");
    });
    for (const [name, part] of form) {
      if (typeof part === "string") values[name] = part;
      else files.set(name, { name: part.name, type: part.type, bytes: new Uint8Array(await part.arrayBuffer()) });
    }
  }
  return { values, files };
}

function parseJson(text: string): Record<string, unknown> {
  if (text === "") return {};
  try {
    return jsonObject.parse(JSON.parse(text));
  } catch {
    throw badRequest("can't parse JSON object");
  }
}

/** A number, also when written as text. */
export const integer = z.coerce.number().int();

/** True for `true`, `"true"`, `"1"`. */
export const flag = z.preprocess(
  (value) => value === true || value === "true" || value === "1" || value === "True",
  z.boolean(),
);

/** A nested object or array, also when it came as JSON text. */
export function nested<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => {
    if (typeof value !== "string") return value;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      return value;
    }
  }, schema);
}

/** The parameters of a method; throws BotApiError 400 that names the first wrong one. */
export function parseValues<T extends z.ZodType>(schema: T, values: unknown): z.output<T> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = issue?.path[0];
  if (name === "chat_id") throw badRequest("chat_id is empty");
  if (name === "message_id") throw badRequest("message identifier is not specified");
  throw badRequest(`can't parse ${String(name)}: ${issue?.message ?? "invalid value"}`);
}
