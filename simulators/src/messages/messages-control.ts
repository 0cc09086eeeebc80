// The control surface over HTTP, for whoever drives the simulated Messages API from another process.

import { Hono } from "hono";
import * as z from "zod";
import { controlErrors, controlJson } from "../control-errors.ts";
import { faultRulesSchema } from "../fault-plan.ts";
import type { NodeBindings } from "../loopback-server.ts";
import { messagesFault } from "./messages-fault.ts";
import type { MessagesSimulator } from "./messages-simulator.ts";

const faultRules = faultRulesSchema(messagesFault);
const keyChange = z.object({ expectedKey: z.string().nullable() });
const requestQuery = z.object({ last: z.coerce.number().int().min(1).default(100) });

/** GET `requests?last=N`, `state`; PUT and DELETE `faults`; PUT `key` (`null` takes any). */
export function messagesControl(simulator: MessagesSimulator): Hono<NodeBindings> {
  const app = new Hono<NodeBindings>();
  app.onError(controlErrors);

  app.get("/requests", (context) => {
    const { last } = requestQuery.parse(context.req.query());
    return context.json(simulator.requests.slice(-last));
  });
  app.get("/state", (context) =>
    context.json({ requestCount: simulator.requests.length, inFlight: simulator.inFlight }),
  );
  app.put("/key", async (context) => {
    simulator.expectedKey = (await controlJson(context, keyChange)).expectedKey ?? undefined;
    return context.json({ ok: true });
  });
  app.put("/faults", async (context) => {
    const { rules, seed } = await controlJson(context, faultRules);
    simulator.faults.set(rules, seed);
    return context.json({ ok: true });
  });
  app.delete("/faults", (context) => {
    simulator.faults.clear();
    return context.json({ ok: true });
  });
  return app;
}
