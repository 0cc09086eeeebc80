import { describe, expect, it } from "vitest";
import { Permissions } from "./permissions.ts";

describe("Permissions", () => {
  it("allow everything that is not denied when there is no allow list", () => {
    const permissions = new Permissions({ publish: { deny: ["a.*"] }, subscribe: { deny: ["b"] } }, Date.now);
    expect([permissions.canPublish("a.b"), permissions.canPublish("a.b.c")]).toEqual([false, true]);
    expect([permissions.canSubscribe("b", undefined), permissions.canSubscribe("c", undefined)]).toEqual([false, true]);
  });

  it("allow nothing with a publish list that is present and empty", () => {
    expect(new Permissions({ publish: { allow: [] } }, Date.now).canPublish("a")).toBe(false);
  });

  it("do not let a wider wildcard pass as one token of an allowed wildcard", () => {
    const permissions = new Permissions({ subscribe: { allow: ["a.*"] } }, Date.now);
    expect(permissions.canSubscribe("a.>", undefined)).toBe(false);
    expect(permissions.canSubscribe("a.*", undefined)).toBe(true);
    expect(permissions.canSubscribe("a.b", undefined)).toBe(true);
  });

  it("keep denied subjects from a wildcard subscription that covers some of them", () => {
    const permissions = new Permissions({ subscribe: { deny: ["*.secret"] } }, Date.now);
    expect(permissions.deniesDelivery("a.secret")).toBe(false);
    expect(permissions.canSubscribe("a.*", undefined)).toBe(true);
    expect([permissions.deniesDelivery("a.secret"), permissions.deniesDelivery("a.open")]).toEqual([true, false]);
  });

  it("go on to keep them from it when they are given anew", () => {
    const earlier = new Permissions({ subscribe: { deny: ["*.secret"] } }, Date.now);
    earlier.canSubscribe("a.*", undefined);
    const now = new Permissions({ subscribe: { deny: ["*.secret"] } }, Date.now, earlier);
    expect([now.deniesDelivery("a.secret"), now.deniesDelivery("a.open")]).toEqual([true, false]);
  });

  it("bind an entry with a queue to that queue", () => {
    const permissions = new Permissions({ subscribe: { allow: ["a workers", "b", "b v1.*"] } }, Date.now);
    expect([
      permissions.canSubscribe("a", undefined),
      permissions.canSubscribe("a", "workers"),
      permissions.canSubscribe("a", "x"),
    ]).toEqual([false, true, false]);
    expect([
      permissions.canSubscribe("b", undefined),
      permissions.canSubscribe("b", "v1.x"),
      permissions.canSubscribe("b", "v2"),
    ]).toEqual([true, true, false]);
  });

  it("let a reply be sent as often and as long as allowed", () => {
    let nowMs = 0;
    const permissions = new Permissions({ responses: { maxMessages: 2, expiresMs: 1000 } }, () => nowMs);
    expect(permissions.canPublish("r.1")).toBe(false);
    permissions.noteDelivery("r.1");
    expect([permissions.canPublish("r.1"), permissions.canPublish("r.1"), permissions.canPublish("r.1")]).toEqual([
      true,
      true,
      false,
    ]);
    permissions.noteDelivery("r.2");
    nowMs = 1001;
    expect(permissions.canPublish("r.2")).toBe(false);
  });

  it("remember a bounded number of replies", () => {
    const permissions = new Permissions({ responses: { maxMessages: 1, expiresMs: -1 } }, () => 0);
    for (let index = 0; index < 10_000; index++) permissions.noteDelivery(`r.${index}`);
    expect([permissions.canPublish("r.0"), permissions.canPublish("r.9999")]).toEqual([false, true]);
  });
});
