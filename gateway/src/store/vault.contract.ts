/** What the vault's tables and the audit log promise. */
import { describe, expect, it } from "vitest";
import type { AuditEntry } from "../kit/audit.ts";
import { addChat, DAY_MS, openChat, TestClock, type MakeStore } from "./contract-fixture.ts";
import type { VaultKeyRow } from "./contract/vault-store.ts";

const key = (id: string): VaultKeyRow => ({
  id,
  kind: "passphrase",
  salt: new Uint8Array([1, 2, 3]),
  sealedCheck: "check",
});
const entry = (action: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: { type: "cli", id: "cli" },
  action,
  outcome: "ok",
  ...more,
});

export function vaultContract(make: MakeStore): void {
  describe("the vault's tables", () => {
    it("keep a secret, its change and its end, each with a line in the audit log", async () => {
      const clock = new TestClock();
      const store = await make(clock);
      expect(await store.vault.key()).toBeNull();
      await store.vault.begin(key("k1"));
      expect(await store.vault.key()).toMatchObject({ id: "k1", kind: "passphrase", sealedCheck: "check" });
      await store.vault.put({ name: "A", keyId: "k1", sealed: "one" }, entry("vault.set"));
      clock.advance(5);
      await store.vault.put({ name: "A", keyId: "k1", sealed: "two" }, entry("vault.set"));
      expect(await store.vault.secrets()).toMatchObject([{ name: "A", sealed: "two", updatedAt: clock.now() }]);
      expect(await store.vault.remove("A", entry("vault.delete"))).toBe(true);
      expect(await store.vault.remove("A", entry("vault.delete"))).toBe(false);
      expect((await store.audit.page({ limit: 10 })).map(({ action }) => action)).toEqual([
        "vault.delete",
        "vault.set",
        "vault.set",
      ]);
    });

    it("give a name in a group to one secret only, and forget what was given with the secret", async () => {
      const { store, groupId } = await openChat(make);
      const other = await addChat(store, "2");
      await store.vault.begin(key("k1"));
      for (const name of ["A", "B"]) await store.vault.put({ name, keyId: "k1", sealed: "s" }, entry("vault.set"));
      const given = { secretName: "A", groupId, delivery: "env", target: "TOKEN" } as const;
      expect(await store.vault.assign(given, entry("vault.assign"))).toBe("assigned");
      expect(await store.vault.assign({ ...given, secretName: "B" }, entry("vault.assign"))).toBe("taken");
      expect(await store.vault.assign({ ...given, delivery: "file" }, entry("vault.assign"))).toBe("assigned");
      expect(await store.vault.assign({ ...given, groupId: other.groupId }, entry("vault.assign"))).toBe("assigned");
      expect(await store.vault.assignments(groupId)).toHaveLength(2);
      expect(await store.vault.unassign("A", groupId, entry("vault.unassign"))).toBe(true);
      expect(await store.vault.assignments()).toEqual([{ ...given, groupId: other.groupId }]);
      await store.vault.remove("A", entry("vault.delete"));
      expect(await store.vault.assignments()).toEqual([]);
    });

    it("go under another key all together or not at all", async () => {
      const store = await make(new TestClock());
      await store.vault.begin(key("k1"));
      for (const name of ["A", "B"]) await store.vault.put({ name, keyId: "k1", sealed: "old" }, entry("vault.set"));
      const half = store.vault.rekey(
        key("k2"),
        { secrets: [{ name: "A", sealed: "new" }], older: [] },
        entry("vault.rotate"),
      );
      await expect(half).rejects.toMatchObject({ code: "store_failed" });
      expect(await store.vault.key()).toMatchObject({ id: "k1" });
      expect((await store.vault.secrets()).map(({ sealed }) => sealed)).toEqual(["old", "old"]);
      const secrets = ["A", "B"].map((name) => ({ name, sealed: "new" }));
      await store.vault.rekey(key("k2"), { secrets, older: [] }, entry("vault.rotate"));
      expect(await store.vault.key()).toMatchObject({ id: "k2" });
      expect((await store.vault.secrets()).map(({ keyId }) => keyId)).toEqual(["k2", "k2"]);
    });
  });

  describe("sandboxes that were given what the vault has changed since", () => {
    async function openVault(make: MakeStore) {
      const { store, groupId } = await openChat(make);
      const other = await addChat(store, "2");
      const start = (id: string, of: string) => store.sandboxes.begin({ id, groupId: of, tokenHash: `hash-${id}` });
      await store.vault.begin(key("k1"));
      const set = (name: string, sealed: string) => store.vault.put({ name, keyId: "k1", sealed }, entry("vault.set"));
      const assign = (secretName: string, of: string) =>
        store.vault.assign({ secretName, groupId: of, delivery: "env", target: secretName }, entry("vault.assign"));
      const outdated = async (): Promise<string[]> =>
        (await store.sandboxes.live()).filter(({ isOutdated }) => isOutdated).map(({ id }) => id);
      return { store, groupId, other: other.groupId, start, set, assign, outdated };
    }

    it("are outdated by each kind of change, in their own group and its tasks' sandboxes only", async () => {
      const { store, groupId, other, start, set, assign, outdated } = await openVault(make);
      const task = await store.groups.ofTask({ id: "t1", name: "Task", groupId });
      await set("A", "one");
      await set("OTHERS", "x");
      await assign("OTHERS", other);
      const changes: [string, () => Promise<unknown>][] = [
        ["assigned", () => assign("A", groupId)],
        ["replaced", () => set("A", "two")],
        ["taken away", () => store.vault.unassign("A", groupId, entry("vault.unassign"))],
        ["assigned again", () => assign("A", groupId)],
        ["deleted", () => store.vault.remove("A", entry("vault.delete"))],
      ];
      for (const [name, change] of changes) {
        for (const [id, of] of [
          ["chat", groupId],
          ["task", task.id],
          ["other", other],
        ] as const)
          await start(`${id} ${name}`, of);
        expect(await outdated()).toEqual([]);
        await change();
        expect((await outdated()).toSorted()).toEqual([`chat ${name}`, `task ${name}`]);
      }
      expect((await start("new", groupId)).isOutdated).toBe(false);
    });

    it("keep older values known until the last of them has ended", async () => {
      const { store, groupId, other, start, set, assign } = await openVault(make);
      await set("A", "one");
      await assign("A", groupId);
      await set("A", "two");
      // Nothing runs that could have it.
      expect(await store.vault.older()).toEqual([]);
      await start("first", groupId);
      await start("other", other);
      await set("A", "three");
      await store.vault.remove("A", entry("vault.delete"));
      expect(await store.vault.older()).toMatchObject([
        { name: "A", sealed: "two" },
        { name: "A", sealed: "three" },
      ]);
      await store.sandboxes.stopped("other", null);
      expect(await store.vault.older()).toHaveLength(2);
      await store.sandboxes.stopped("first", null);
      expect(await store.vault.older()).toEqual([]);
    });

    it("may have what was taken from their group, until the last of them has ended", async () => {
      const { store, groupId, other, start, set, assign } = await openVault(make);
      for (const name of ["A", "B", "C"]) {
        await set(name, "one");
        await assign(name, groupId);
      }
      await assign("B", other);
      await store.vault.unassign("A", groupId, entry("vault.unassign"));
      expect(await store.vault.taken(groupId)).toEqual([]);
      await start("first", groupId);
      await store.vault.unassign("C", groupId, entry("vault.unassign"));
      await store.vault.remove("B", entry("vault.delete"));
      expect(await store.vault.taken(groupId)).toEqual(["B", "C"]);
      expect(await store.vault.taken(other)).toEqual(["B"]);
      await start("second", groupId);
      expect(await store.vault.taken(groupId)).toEqual([]);
    });

    it("keep a value that was replaced after it was taken away, and it goes under another key with the others", async () => {
      const { store, groupId, start, set, assign } = await openVault(make);
      await set("A", "one");
      await assign("A", groupId);
      await start("first", groupId);
      await store.vault.unassign("A", groupId, entry("vault.unassign"));
      await set("A", "two");
      await set("A", "three");
      const [one, two] = await store.vault.older();
      expect([one?.sealed, two?.sealed]).toEqual(["one", "two"]);
      const secrets = [{ name: "A", sealed: "3" }];
      const forgetful = store.vault.rekey(key("k2"), { secrets, older: [{ id: one!.id, sealed: "1" }] }, entry("r"));
      await expect(forgetful).rejects.toMatchObject({ code: "store_failed" });
      const older = [
        { id: one!.id, sealed: "1" },
        { id: two!.id, sealed: null },
      ];
      await store.vault.rekey(key("k2"), { secrets, older }, entry("r"));
      expect(await store.vault.older()).toEqual([{ id: one!.id, name: "A", sealed: "1" }]);
      await start("second", groupId);
      expect(await store.vault.older()).toEqual([]);
    });
  });

  describe("the audit log", () => {
    it("comes in pages, newest first, and can be narrowed", async () => {
      const { store, groupId } = await openChat(make);
      for (let count = 0; count < 5; count += 1) await store.audit.add(entry("task.created", { target: `t${count}` }));
      await store.audit.add(
        entry("task.deleted", { groupId, outcome: "refused", actor: { type: "agent", id: groupId } }),
      );
      await store.audit.add(entry("sign_in", { detail: "x".repeat(2_000) }));
      const first = await store.audit.page({ limit: 3 });
      expect(first.map(({ action }) => action)).toEqual(["sign_in", "task.deleted", "task.created"]);
      expect(first[0]?.detail).toHaveLength(500);
      const rest = await store.audit.page({ limit: 10, before: first[2]!.id });
      expect(rest.map(({ target }) => target)).toEqual(["t3", "t2", "t1", "t0"]);
      expect(await store.audit.page({ limit: 10, action: "task" })).toHaveLength(6);
      expect(await store.audit.page({ limit: 10, action: "task.deleted", groupId })).toHaveLength(1);
      expect(await store.audit.page({ limit: 10, actorType: "agent" })).toHaveLength(1);
      expect(await store.audit.page({ limit: 10, outcome: "refused" })).toHaveLength(1);
    });

    it("forgets by age", async () => {
      const clock = new TestClock();
      const store = await make(clock);
      await store.audit.add(entry("old"));
      clock.advance(DAY_MS);
      await store.audit.add(entry("young"));
      expect(await store.audit.forget(clock.now())).toBe(1);
      expect((await store.audit.page({ limit: 5 })).map(({ action }) => action)).toEqual(["young"]);
    });
  });
}
