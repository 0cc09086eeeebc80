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
      const half = store.vault.rekey(key("k2"), [{ name: "A", sealed: "new" }], entry("vault.rotate"));
      await expect(half).rejects.toMatchObject({ code: "store_failed" });
      expect(await store.vault.key()).toMatchObject({ id: "k1" });
      expect((await store.vault.secrets()).map(({ sealed }) => sealed)).toEqual(["old", "old"]);
      const all = ["A", "B"].map((name) => ({ name, sealed: "new" }));
      await store.vault.rekey(key("k2"), all, entry("vault.rotate"));
      expect(await store.vault.key()).toMatchObject({ id: "k2" });
      expect((await store.vault.secrets()).map(({ keyId }) => keyId)).toEqual(["k2", "k2"]);
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
