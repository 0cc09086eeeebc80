/** Whatever an agent says and reads back: it comes back the same with another group's secret as with any other number. */
import * as subjects from "@praktor/protocol/subjects";
import { expect, test } from "vitest";
import { HeardSandboxes } from "./testing/heard-sandboxes.ts";

test("an agent that guesses another group's PIN in its tasks is told nothing; its own secrets are taken out", async () => {
  await using heard = await HeardSandboxes.start();
  const { client } = await heard.sandbox("evil");
  const ask = async (type: string, payload: object): Promise<string> => {
    const words = JSON.stringify({ type, payload });
    const { data } = await client.connection.request(subjects.hostIpc("evil"), words, { timeout: 60_000 });
    return new TextDecoder().decode(data);
  };
  const guesses = ["483919", "483920", "483921"].join("|");
  const prompt = `${guesses} a secret value of a test`;
  const made = await ask("create_task", { name: "483920", schedule: "+5h", prompt });
  expect(made).toContain(`"prompt":"${guesses} [redacted]"`);
  const { id } = JSON.parse(made) as { id: string };
  expect(await ask("update_task", { id, prompt: guesses })).toContain(guesses);
  expect(await ask("list_tasks", {})).toContain(guesses);
  expect(await ask("list_tasks", {})).toContain('"name":"483920"');
});
