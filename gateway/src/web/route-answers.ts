/** How routes describe what they answer, for validation of types and for the OpenAPI document. */
import { ErrorBody } from "@praktor/protocol/rest";
import { z } from "@hono/zod-openapi";
import { strictly } from "../kit/strictly.ts";

export function json<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
): { content: { "application/json": { schema: Schema } }; description: string } {
  return { content: { "application/json": { schema } }, description };
}

/** An unknown field is refused: misspelled, it would silently change nothing. */
export function jsonRequest<Schema extends z.ZodType>(
  schema: Schema,
): { body: { content: { "application/json": { schema: Schema } }; required: true } } {
  return { body: { content: { "application/json": { schema: strictly(schema) } }, required: true } };
}

/** What every route may answer besides: `{error: {code, message}}` with the right status. */
export const failure = { default: json(ErrorBody, "What went wrong, and what to do") };
