import { createUser, type KeyPair } from "@nats-io/nkeys";
import { describe, expect, test } from "vitest";
import { Account } from "../natsbus/account.ts";
import { BusBench, type SandboxClient } from "../natsbus/testing/bus-bench.ts";
import { TestClock } from "../store/contract-fixture.ts";
import { temporaryDatabases } from "../store/temporary-database.ts";
import { SandboxUsers } from "./sandbox-users.ts";

const databases = temporaryDatabases();
const key = (): string => createUser().getPublicKey();

async function openUsers() {
  const clock = new TestClock();
  const store = await databases.open(clock);
  await store.groups.create({ id: "a", name: "A", folder: "a" });
  await store.sandboxes.begin({ id: "sandbox-a", groupId: "a", tokenHash: "hash" });
  const account = new Account(Account.newSeed(), clock);
  const disconnected: { user: string; userPublicKey?: string }[] = [];
  const users = new SandboxUsers(store.sandboxes, store.groups, account, 3_600_000, (filter) =>
    disconnected.push(filter),
  );
  return { store, account, clock, users, disconnected, sandbox: { id: "sandbox-a", groupId: "a" } };
}

describe("sandbox users", () => {
  test("only the newest key of a sandbox is let in", async () => {
    const { users, sandbox, account, clock, disconnected } = await openUsers();
    const [first, second] = [key(), key()];
    expect(users.isRevoked(first, sandbox.id)).toBe(true);
    const reply = await users.issue(sandbox, first, "nats://here:4222");
    expect(reply).toMatchObject({ natsUrl: "nats://here:4222", inboxPrefix: "_INBOX_sandbox-a" });
    expect(reply.expires_ms).toBe(clock.now() + 3_600_000);
    expect(users.isRevoked(first, sandbox.id)).toBe(false);
    await users.issue(sandbox, first, "nats://here:4222");
    expect(disconnected).toEqual([]);
    await users.issue(sandbox, second, "nats://here:4222");
    expect(disconnected).toEqual([{ user: sandbox.id, userPublicKey: first }]);
    expect([users.isRevoked(first, sandbox.id), users.isRevoked(second, sandbox.id)]).toEqual([true, false]);
    expect(users.isRevoked(account.gatewayPublicKey, "gateway")).toBe(false);
  });

  test("the key of a stopped sandbox is nobody's", async () => {
    const { users, sandbox, disconnected } = await openUsers();
    const user = key();
    await users.issue(sandbox, user, "nats://x");
    expect([users.isOf(sandbox.id, "a"), users.isOf(sandbox.id, "b")]).toEqual([true, false]);
    users.revoke(sandbox.id);
    expect(users.isOf(sandbox.id, "a")).toBe(false);
    expect(users.isRevoked(user, sandbox.id)).toBe(true);
    expect(disconnected).toEqual([{ user: sandbox.id }]);
  });

  test("a key that is asked for while the sandbox is being stopped opens nothing", async () => {
    const { users, sandbox, store, disconnected } = await openUsers();
    const user = key();
    const issuing = users.issue(sandbox, user, "nats://x").then(
      () => "issued",
      (error: unknown) => (error instanceof Error ? error.message : "?"),
    );
    await store.sandboxes.stopped(sandbox.id, null);
    users.revoke(sandbox.id);
    await issuing;
    expect(users.isRevoked(user, sandbox.id)).toBe(true);
    // Meanwhile it may have come in with an older certificate of that key.
    expect(disconnected.at(-1)).toEqual({ user: sandbox.id });

    await expect(users.issue(sandbox, user, "nats://x")).rejects.toMatchObject({ code: "stopped" });
    expect(users.isRevoked(user, sandbox.id)).toBe(true);
  });

  test("a gateway started anew knows the keys of sandboxes that may still run, and no others", async () => {
    const { users, sandbox, store, account } = await openUsers();
    await store.groups.create({ id: "b", name: "B", folder: "b" });
    await store.sandboxes.begin({ id: "sandbox-b", groupId: "b", tokenHash: "other" });
    const [living, stopped] = [key(), key()];
    await users.issue(sandbox, living, "nats://x");
    await users.issue({ id: "sandbox-b", groupId: "b" }, stopped, "nats://x");
    await store.sandboxes.stopped("sandbox-b", null);

    const next = new SandboxUsers(store.sandboxes, store.groups, account, 1000, () => {});
    await next.load();
    expect([next.isOf(sandbox.id, "a"), next.isOf("sandbox-b", "b")]).toEqual([true, false]);
    expect([next.isRevoked(living, sandbox.id), next.isRevoked(stopped, "sandbox-b")]).toEqual([false, true]);
  });

  test("a sandbox that stops is cut off under each key that it had, also one that another sandbox has too", async () => {
    await using bench = await BusBench.start("embedded");
    const store = await databases.open(new TestClock());
    const users = new SandboxUsers(store.sandboxes, store.groups, bench.account, 3_600_000, (filter) =>
      bench.bus.disconnect(filter),
    );
    bench.isRevoked = (userPublicKey, sandboxId) => users.isRevoked(userPublicKey, sandboxId);
    const [own, shared] = [createUser(), createUser()];
    const issue = async (groupId: string, keys: KeyPair): Promise<SandboxClient> => {
      const sandboxId = `sandbox-${groupId}`;
      await users.issue({ id: sandboxId, groupId }, keys.getPublicKey(), "nats://x");
      return await bench.sandbox(groupId, { keys, sandboxId });
    };
    for (const id of ["a", "b"]) {
      await store.groups.create({ id, name: id, folder: id });
      await store.sandboxes.begin({ id: `sandbox-${id}`, groupId: id, tokenHash: id });
    }
    const first = await issue("a", own);
    const second = await issue("a", shared);
    await first.connection.closed();
    const other = await issue("b", shared);

    users.revoke("sandbox-a");
    await second.connection.closed();
    await expect(bench.sandbox("a", { keys: shared, sandboxId: "sandbox-a" })).rejects.toThrow(
      /authorization|revoked/i,
    );
    await other.connection.flush();
    expect(other.connection.isClosed()).toBe(false);
  });
});
