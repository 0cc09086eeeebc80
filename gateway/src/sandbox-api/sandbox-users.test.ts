import { createUser } from "@nats-io/nkeys";
import { describe, expect, test } from "vitest";
import { Account } from "../natsbus/account.ts";
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
  const disconnected: string[] = [];
  const users = new SandboxUsers(store.sandboxes, store.groups, account, 3_600_000, (user) => disconnected.push(user));
  return { store, account, clock, users, disconnected, sandbox: { id: "sandbox-a", groupId: "a" } };
}

describe("sandbox users", () => {
  test("only the newest key of a sandbox is let in", async () => {
    const { users, sandbox, account, clock, disconnected } = await openUsers();
    const [first, second] = [key(), key()];
    expect(users.isRevoked(first)).toBe(true);
    const reply = await users.issue(sandbox, first, "nats://here:4222");
    expect(reply).toMatchObject({ natsUrl: "nats://here:4222", inboxPrefix: "_INBOX_sandbox-a" });
    expect(reply.expires_ms).toBe(clock.now() + 3_600_000);
    expect(users.isRevoked(first)).toBe(false);
    await users.issue(sandbox, first, "nats://here:4222");
    expect(disconnected).toEqual([]);
    await users.issue(sandbox, second, "nats://here:4222");
    expect(disconnected).toEqual([first]);
    expect([users.isRevoked(first), users.isRevoked(second)]).toEqual([true, false]);
    expect(users.isRevoked(account.gatewayPublicKey)).toBe(false);
  });

  test("the key of a stopped sandbox is nobody's", async () => {
    const { users, sandbox } = await openUsers();
    const user = key();
    await users.issue(sandbox, user, "nats://x");
    expect(users.revoke(sandbox.id)).toBe(user);
    expect(users.isRevoked(user)).toBe(true);
    expect(users.revoke(sandbox.id)).toBeNull();
  });

  test("a key that is asked for while the sandbox is being stopped opens nothing", async () => {
    const { users, sandbox, store } = await openUsers();
    const user = key();
    const issuing = users.issue(sandbox, user, "nats://x").then(
      () => "issued",
      (error: unknown) => (error instanceof Error ? error.message : "?"),
    );
    await store.sandboxes.stopped(sandbox.id, null);
    users.revoke(sandbox.id);
    await issuing;
    expect(users.isRevoked(user)).toBe(true);

    await expect(users.issue(sandbox, user, "nats://x")).rejects.toMatchObject({ code: "stopped" });
    expect(users.isRevoked(user)).toBe(true);
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
    expect([next.isRevoked(living), next.isRevoked(stopped)]).toEqual([false, true]);
  });
});
