import { expect, test } from "vitest";
import { sourceName } from "./sender-name.ts";

test("a private chat is not named beside the person whose name it has, and is beside the agent", () => {
  const ada = { role: "user", sender: "user:1001", sender_name: "Ada" } as const;
  expect(sourceName(ada, "Ada")).toBeUndefined();
  expect(sourceName(ada, "Harbour museum")).toBe("Harbour museum");
  expect(sourceName({ ...ada, role: "assistant" }, "Ada")).toBe("Ada");
});
