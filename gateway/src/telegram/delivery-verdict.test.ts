import { expect, test } from "vitest";
import { deliveryVerdict } from "./delivery-verdict.ts";

const body = { type: "text", html: "one", plain: "one" } as const;
const silence = { type: "unknown", reason: "nobody answered", silent: true } as const;
const cut = { ...silence, silent: false } as const;

test("silence is tried again for its own number of times, however often the part was refused besides", () => {
  const part = { body, attempts: 40, repeated: true };
  expect(deliveryVerdict(part, silence, { silences: 2, firstBackoffMs: 10 })).toMatchObject({ type: "retry" });
  expect(deliveryVerdict(part, silence, { silences: 12, firstBackoffMs: 10 })).toMatchObject({ type: "uncertain" });
});

test("the first silence makes a part uncertain, and so does every connection that is cut", () => {
  const once = { body, attempts: 1, repeated: false };
  expect(deliveryVerdict(once, silence, { silences: 1, firstBackoffMs: 10 })).toMatchObject({ type: "uncertain" });
  const again = { ...once, repeated: true };
  expect(deliveryVerdict(again, cut, { silences: 0, firstBackoffMs: 10 })).toMatchObject({ type: "uncertain" });
});
