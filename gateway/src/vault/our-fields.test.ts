/** Where an agent's words are looked through, whatever the field is called. */
import { expect, test } from "vitest";
import { isOurField, isOurFieldOfRequest } from "./our-fields.ts";
import { Redactor } from "./redactor.ts";

const secret = "hunter2-very-secret-value";

test("of what an agent asks only the kind and the ids of what is there are left as they are", () => {
  const redactor = new Redactor();
  redactor.know("X", [secret]);
  const asked = {
    type: "start_swarm",
    payload: { id: secret, turnId: "t1", agents: [{ role: secret, code: secret, status: secret }], group_id: "7" },
  };
  expect(JSON.stringify(redactor.redactDeep(asked, isOurField))).toContain(secret);
  expect(redactor.redactDeep(asked, isOurFieldOfRequest)).toEqual({
    type: "start_swarm",
    payload: {
      id: "[redacted]",
      turnId: "t1",
      agents: [{ role: "[redacted]", code: "[redacted]", status: "[redacted]" }],
      group_id: "7",
    },
  });
});
