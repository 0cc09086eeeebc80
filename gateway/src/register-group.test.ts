import { expect, test } from "vitest";
import { obeyMainChat } from "./register-group.ts";
import { TestClock } from "./store/contract-fixture.ts";
import { temporaryDatabases } from "./store/temporary-database.ts";

const databases = temporaryDatabases();

test("a group that was there before the settings named its chat is the main group from then on, alone", async () => {
  const { groups } = await databases.open(new TestClock());
  await groups.create({ id: "7", name: "Ada", folder: "ada", isMain: true });
  await groups.create({ id: "8", name: "Bob", folder: "bob" });
  for (const [wanted, main] of [
    [undefined, "7"],
    ["9", "7"],
    ["8", "8"],
  ] as const) {
    await obeyMainChat(wanted, groups);
    expect((await groups.list()).filter(({ isMain }) => isMain).map(({ id }) => id)).toEqual([main]);
  }
});
