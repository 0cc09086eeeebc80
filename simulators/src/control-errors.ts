// Bodies and refusals of the control surfaces: `{error: {code, message}}`.

import type { Context } from "hono";
import * as z from "zod";
import type { NodeBindings } from "./loopback-server.ts";

/** Parses the JSON body; throws for the error handler to answer 400. */
export async function controlJson<T extends z.ZodType>(
  context: Context<NodeBindings>,
  schema: T,
): Promise<z.output<T>> {
  const text = await context.req.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ControlInputError("The body is not JSON.");
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new ControlInputError(z.prettifyError(parsed.error));
  return parsed.data;
}

/** Answers 400 for bad input and 500 for everything else. */
export function controlErrors(error: Error, context: Context): Response {
  const isInput = error instanceof ControlInputError || error instanceof z.ZodError;
  const code = isInput ? "invalid_request" : "failed";
  return context.json({ error: { code, message: error.message } }, isInput ? 400 : 500);
}

class ControlInputError extends Error {}
