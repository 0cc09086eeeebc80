import { problemWords } from "@praktor/protocol/issue-words";
import { expect, test } from "vitest";
import { z } from "zod";
import { strictly } from "./strictly.ts";

const Team = z.object({ role: z.string(), model: z.string().nullish() });
const Body = z
  .object({
    max_cost_usd: z.number().optional(),
    agents: z.array(Team).optional(),
    limits: z.object({ tokens: z.number() }).partial().optional(),
    lead: z.union([Team, z.null()]).default(null),
    anything: z.record(z.string(), z.unknown()).optional(),
  })
  .refine((body) => body.max_cost_usd !== 7, "must not be 7");

const said = (value: unknown): string => {
  const { error } = strictly(Body).safeParse(value);
  return error ? problemWords(error, "the body") : "";
};

test("an unknown field is named with the one that was meant, at any depth", () => {
  expect(said({ max_cost: 1 })).toBe('the body has no field "max_cost": did you mean "max_cost_usd"?');
  expect(said({ agents: [{ role: "a", modell: "b" }] })).toBe('agents.0 has no field "modell": did you mean "model"?');
  expect(said({ limits: { tokns: 1 } })).toBe('limits has no field "tokns": did you mean "tokens"?');
  expect(said({ lead: { role: "a", Role: "b" } })).toBe('lead has no field "Role": did you mean "role"?');
  expect(said({ agents: [{ role: "a", colour: 1, size: 2 }] })).toBe(
    'agents.0 has no field "colour": it may have role, model; has no field "size": it may have role, model',
  );
});

test("what is known is taken as before, with its defaults and rules", () => {
  expect(strictly(Body).parse({ anything: { x: { y: 1 } }, agents: [{ role: "a" }] })).toEqual({
    anything: { x: { y: 1 } },
    agents: [{ role: "a" }],
    lead: null,
  });
  expect(said({ max_cost_usd: 7 })).toBe("the body must not be 7");
  expect(Body.parse({ unknown: 1 })).toEqual({ lead: null });
});
